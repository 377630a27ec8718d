import assert from "node:assert/strict";
import fc from "fast-check";
import type { LookupAddress } from "node:dns";
import { isPublicAddress, makeResolver } from "../../src/http/addresses.ts";

/** Networks that must never be reached, with their masks. */
const FORBIDDEN = [
  ...[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
  ],
  ...["192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"],
];

const inNetwork = fc.tuple(fc.constantFrom(...FORBIDDEN), fc.nat(2 ** 32 - 1)).map(([network, random]) => {
  const [base, bits] = network.split("/");
  const start = base.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const address = start + random % 2 ** (32 - Number(bits));
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
});

Deno.test("no address of a private, loopback, link-local, multicast or reserved network is public, in IPv6's clothes neither", () => {
  fc.assert(fc.property(inNetwork, (address) => {
    assert.ok(!isPublicAddress(address), address);
    assert.ok(!isPublicAddress(`::ffff:${address}`), address);
    assert.ok(!isPublicAddress(`64:ff9b::${address}`), address);
  }));
  for (
    const address of [
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "fd12::1",
      "ff02::1",
      "2001:db8::1",
      "2002:7f00:1::",
      "fec0::1",
      "::7f00:1",
      "4000::1",
    ]
  ) {
    assert.ok(!isPublicAddress(address), address);
  }
  for (const text of ["", "localhost", "1.2.3", "999.1.1.1"]) assert.ok(!isPublicAddress(text), text);
});

Deno.test("addresses of the internet are public", () => {
  for (
    const address of [
      "8.8.8.8",
      "93.184.216.34",
      "172.32.0.1",
      "100.128.0.1",
      "2606:4700::1111",
      "::ffff:8.8.8.8",
    ]
  ) {
    assert.ok(isPublicAddress(address), address);
  }
});

/** Guards: no host may be at a private address, or every host may. */
const [nobody, everybody] = [() => false, () => true];

const asking = (answers: string[][]) => {
  const asked: string[] = [];
  const ask = (host: string): Promise<LookupAddress[]> => {
    asked.push(host);
    const addresses = answers[Math.min(asked.length, answers.length) - 1];
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })));
  };
  return { ask, asked };
};

const connectedTo = (resolver: ReturnType<typeof makeResolver>, host: string) =>
  new Promise((resolve, reject) =>
    resolver.lookup(host, {}, (error, address) => error ? reject(error) : resolve(address))
  );

Deno.test("a host is refused when any of its addresses is not public", async () => {
  const { ask } = asking([["8.8.8.8", "10.0.0.1"]]);
  await assert.rejects(makeResolver(nobody, ask).resolve("mixed.test"), { reason: "forbidden_address" });
  await assert.rejects(connectedTo(makeResolver(nobody, ask), "mixed.test"), { reason: "forbidden_address" });
  assert.equal((await makeResolver(everybody, ask).resolve("mixed.test")).length, 2);
});

Deno.test("every way to write 127.0.0.1 in a URL is refused", async () => {
  const { ask, asked } = asking([["8.8.8.8"]]);
  const resolver = makeResolver(nobody, ask);
  const hosts = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
  ];
  for (const host of hosts) {
    const { hostname } = new URL(`http://${host}/`);
    await assert.rejects(resolver.resolve(hostname), { reason: "forbidden_address" }, host);
  }
  assert.deepEqual(asked, [], "an address is not looked up");
});

Deno.test("a name that changes its address after the check is connected to at the checked address", async () => {
  const { ask, asked } = asking([["8.8.8.8"], ["127.0.0.1"]]);
  const resolver = makeResolver(nobody, ask);
  await resolver.resolve("rebinding.test");
  assert.equal(await connectedTo(resolver, "rebinding.test"), "8.8.8.8");
  assert.equal(asked.length, 1);
});

Deno.test("the later address is checked as well, once the first is forgotten", async () => {
  const { ask } = asking([["8.8.8.8"], ["127.0.0.1"]]);
  const resolver = makeResolver(nobody, ask);
  await resolver.resolve("rebinding.test");
  const now = Date.now;
  try {
    Date.now = () => now() + 61_000;
    await assert.rejects(connectedTo(resolver, "rebinding.test"), { reason: "forbidden_address" });
  } finally {
    Date.now = now;
  }
});

Deno.test("a name that does not exist fails as an unknown host, and is asked for again", async () => {
  const resolver = makeResolver(nobody);
  await assert.rejects(resolver.resolve("nowhere.invalid"), { reason: /^(unknown_host|dns_failure)$/ });
  let asked = 0;
  const failing = makeResolver(nobody, () => Promise.reject(new Error(`${++asked}`)));
  await assert.rejects(failing.resolve("a.test"), /1/);
  await assert.rejects(failing.resolve("a.test"), /2/);
});
