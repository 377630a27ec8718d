import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { RequestFailure } from "./failure.ts";

/**
 * Whether an address is on the public internet: not private, loopback, link-local, multicast, shared,
 * reserved, or a way round these (IPv4 inside IPv6, 6to4, NAT64, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === "unicast" && (parsed.kind() === "ipv4" || parsed.match(GLOBAL_UNICAST));
}

/** All IPv6 addresses of the internet: not `::127.0.0.1` and its like. */
const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3");

/** Asks for all addresses of a host. */
type Ask = (host: string) => Promise<LookupAddress[]>;

/** Addresses of hosts, each checked; a connection goes to the very address that was checked. */
export interface Resolver {
  /**
   * Addresses of a host name or an address in text.
   *
   * @throws {RequestFailure} when one of them is not public, or there are none
   */
  resolve(host: string): Promise<LookupAddress[]>;
  /** The same, as `node:http` takes it: it connects to what this gives and asks nobody else. */
  lookup: LookupFunction;
}

/** How long an answer of DNS is used, ms, and how many are kept. */
const KEPT_MS = 60_000, MOST_KEPT = 10_000;

/**
 * The only guard against private addresses. Every connection goes to an address that the resolver has given.
 *
 * @param mayBePrivate whether a host, as a URL names it, may be at a private address. Say yes only to names
 * that the user chose
 * @param ask default: the system's resolver
 */
export function makeResolver(mayBePrivate: (host: string) => boolean, ask: Ask = askSystem): Resolver {
  const known = new Map<string, { until: number; addresses: Promise<LookupAddress[]> }>();
  const askOnce = (host: string): Promise<LookupAddress[]> => {
    const now = Date.now();
    const found = known.get(host);
    if (found && found.until > now) return found.addresses;
    const addresses = ask(host);
    addresses.catch(() => known.delete(host)); // a failure is not kept
    known.delete(host);
    known.set(host, { until: now + KEPT_MS, addresses });
    if (known.size > MOST_KEPT) known.delete(known.keys().next().value!);
    return addresses;
  };
  const resolve = async (host: string): Promise<LookupAddress[]> => {
    const bare = host.replace(/^\[(.*)\]$/, "$1");
    const family = isIP(bare);
    const addresses = family ? [{ address: bare, family }] : await askOnce(bare);
    const refused = mayBePrivate(bare)
      ? undefined
      : addresses.find(({ address }) => !isPublicAddress(address));
    if (refused) throw new RequestFailure("forbidden_address", `${bare} is at ${refused.address}`);
    return addresses;
  };
  const lookup: LookupFunction = (host, options, done) => {
    resolve(host).then(
      (all) => options.all ? done(null, all) : done(null, all[0].address, all[0].family),
      (error) => done(error, ""),
    );
  };
  return { resolve, lookup };
}

function askSystem(host: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) =>
    systemLookup(host, { all: true }, (error, addresses) => {
      if (!error && addresses.length > 0) resolve(addresses);
      else reject(dnsFailure(host, error));
    })
  );
}

function dnsFailure(host: string, error: NodeJS.ErrnoException | null): RequestFailure {
  const absent = !error || error.code === "ENOTFOUND" || error.code === "ENODATA";
  return new RequestFailure(
    absent ? "unknown_host" : "dns_failure",
    `${host} (${error?.code ?? "no address"})`,
  );
}
