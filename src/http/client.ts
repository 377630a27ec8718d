/**
 * GET requests to addresses that have been checked: a client sends one at a time, `ask` and `follow` see to
 * redirects. Retries are left to the caller.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import type { Resolver } from "./addresses.ts";
import { RequestFailure } from "./failure.ts";
import { withinTime } from "./retry.ts";

/** The `User-Agent` of requests: this project's name and the paper's address. */
export const USER_AGENT =
  "name-that-dataset/1.0 (research on dataset bias; https://arxiv.org/abs/2403.08632)";

/** The beginning of an answer. */
export interface ResponseHead {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** Each `X-Robots-Tag` header by itself. */
  robotsTags: string[];
}

/** An answer; it must be disposed unless its body has been read to the end. */
export interface HttpResponse extends ResponseHead {
  /**
   * The body as it was sent, block by block; to be asked for once. Only silence while a block is waited for
   * counts as silence.
   *
   * @throws {RequestFailure} when it breaks off or falls silent
   */
  blocks(): AsyncGenerator<Uint8Array>;
  /** Ends the connection. */
  [Symbol.dispose](): void;
}

/** How a request is made. */
export interface RequestOptions {
  /** Sent beside `User-Agent` and `Accept-Encoding: identity`. */
  headers?: Record<string, string>;
  /** Looks at the beginning of the answer; throws to end the request before its body. */
  accept: (head: ResponseHead) => void;
  signal?: AbortSignal;
}

/** How a client behaves. */
interface ClientSettings {
  /** Longest silence before and within an answer, ms. */
  silenceMs: number;
  /** Connections to a host that are kept open for the next request. */
  perHost: number;
  userAgent: string;
  /**
   * Whether the proxies of the environment are used (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`). A proxy looks
   * names up itself: one that cannot be looked up here is left to it, one that can is checked here as well.
   * Default: false.
   */
  proxies?: boolean;
}

/** Sends single GET requests, to checked addresses only. */
export interface Client {
  /** @throws {RequestFailure} when the address is not allowed or no answer begins; and as `accept` */
  request(url: URL, options: RequestOptions): Promise<HttpResponse>;
  /** Closes the connections that are kept open. */
  [Symbol.dispose](): void;
}

/** How long a connection is kept open for the next request to the same host, ms. */
const KEEP_OPEN_MS = 2000;

/** A client whose requests end by failure when an address is not allowed or nothing is heard. */
export function makeClient(settings: ClientSettings, resolver: Resolver): Client {
  const pool = {
    keepAlive: true,
    maxFreeSockets: settings.perHost,
    timeout: KEEP_OPEN_MS,
    ...(settings.proxies && { proxyEnv: Deno.env.toObject() }),
  };
  const agents = { "http:": new http.Agent(pool), "https:": new https.Agent(pool) };
  return {
    async request(url, options) {
      const agent = agents[url.protocol as keyof typeof agents];
      if (!agent) throw new RequestFailure("invalid_url", `${url.protocol} is neither http: nor https:`);
      const proxy = settings.proxies ? proxyFor(url) : undefined;
      // Asked here too, since an address in a URL is never looked up.
      await withinTime(settings.silenceMs, options.signal, () => resolver.resolve(url.hostname))
        .catch((error) => {
          if (!proxy || !isLookupFailure(error)) throw error;
        });
      const lookup: LookupFunction = (host, ...rest) =>
        host === proxy?.hostname ? systemLookup(host, ...rest) : resolver.lookup(host, ...rest);
      return await exchange(url, agent, lookup, settings, options);
    },
    [Symbol.dispose]: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}

/**
 * The proxy that the environment names for a URL's protocol. Whether `NO_PROXY` excepts its host is left to
 * the agent, whose connection then goes to a checked address.
 */
function proxyFor({ protocol }: URL): URL | undefined {
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = Deno.env.get(name.toLowerCase()) || Deno.env.get(name);
  return proxy ? URL.parse(proxy) ?? undefined : undefined;
}

function isLookupFailure(error: unknown): boolean {
  return error instanceof RequestFailure && ["unknown_host", "dns_failure"].includes(error.reason);
}

/**
 * One request and its answer. Whatever ends it destroys the connection, unless the answer has been read to
 * its end.
 */
function exchange(
  url: URL,
  agent: http.Agent,
  lookup: LookupFunction,
  { silenceMs, userAgent }: ClientSettings,
  { headers, accept, signal }: RequestOptions,
): Promise<HttpResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const { get } = url.protocol === "https:" ? https : http;
  const sent = { "User-Agent": userAgent, "Accept-Encoding": "identity", ...headers };
  const request = attempted(() => get(url, { agent, lookup, headers: sent, signal }));
  let ended: Error | undefined; // why, where it was not to the end
  const fail = (error: Error) => {
    ended ??= error;
    reject(error);
    request.destroy();
  };
  const silence = watchSilence(silenceMs, fail);
  silence.listen();
  request.on("error", (error) => fail(failureOf(error)));
  request.on("response", (response) => {
    silence.pause();
    response.on("error", () => {}); // whoever reads the body learns of it
    const head = headOf(url, response);
    try {
      accept(head);
    } catch (error) {
      return fail(error as Error);
    }
    const end = () => void request.destroy();
    const stopped = () => signal?.aborted ? signal.reason as Error : ended;
    resolve({ ...head, blocks: () => blocksOf(response, silence, stopped, end), [Symbol.dispose]: end });
  });
  return promise.finally(silence.pause);
}

/** Turns a refusal of the library before anything is sent into a failure like any other. */
function attempted<T>(begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    throw failureOf(error as Error);
  }
}

const REASON_OF_CODE = {
  ECONNREFUSED: "connection_failed",
  EHOSTUNREACH: "connection_failed",
  ENETUNREACH: "connection_failed",
  EADDRNOTAVAIL: "connection_failed",
  ETIMEDOUT: "timed_out",
  ECONNRESET: "connection_reset",
  ECONNABORTED: "connection_reset",
  EPIPE: "connection_reset",
} as const;

/** An error of `node:http` as the failure that it is; one that the caller's signal made stays as it is. */
function failureOf(error: Error & { code?: string }): Error {
  if (error instanceof RequestFailure || error.name === "AbortError") return error;
  const { code = "", message } = error;
  const known = REASON_OF_CODE[code as keyof typeof REASON_OF_CODE];
  if (known) return new RequestFailure(known, message);
  if (code.startsWith("HPE_")) return new RequestFailure("bad_response", message);
  if (/CERT|TLS|SSL|certificate|UnknownIssuer|handshake/i.test(`${code} ${message}`)) {
    return new RequestFailure("tls_failure", message);
  }
  return new RequestFailure("connection_failed", message);
}

interface Silence {
  listen(): void;
  pause(): void;
}

/** Calls `fail` when nothing has come for a while between `listen` and `pause`. */
function watchSilence(silenceMs: number, fail: (failure: RequestFailure) => void): Silence {
  const end = () => fail(new RequestFailure("timed_out", `nothing was heard for ${silenceMs} ms`));
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    listen: () => void (timer = setTimeout(end, silenceMs)),
    pause: () => clearTimeout(timer),
  };
}

async function* blocksOf(
  response: IncomingMessage,
  { listen, pause }: Silence,
  stopped: () => Error | undefined,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  const incomplete = () =>
    new RequestFailure(
      "incomplete",
      `${length} of ${response.headers["content-length"] ?? "unknown"} bytes came`,
    );
  let length = 0, isWhole = false, isCut = false;
  response.on("aborted", () => isCut = true);
  const blocks = response[Symbol.asyncIterator]();
  const next = async () => {
    listen();
    try {
      return await blocks.next();
    } catch (error) {
      throw stopped() ?? (isCut || response.aborted ? incomplete() : failureOf(error as Error));
    } finally {
      pause();
    }
  };
  try {
    for (let { value, done } = await next(); !done; { value, done } = await next()) {
      length += value.length;
      yield value;
    }
    // A body without a length seems to end by itself when it is cut.
    const fault = stopped() ?? (response.complete ? undefined : incomplete());
    if (fault) throw fault;
    isWhole = true;
  } finally {
    if (!isWhole) end();
  }
}

function headOf(url: URL, { statusCode, headers, rawHeaders }: IncomingMessage): ResponseHead {
  const robotsTags = rawHeaders.filter((_, i) =>
    i % 2 === 1 && rawHeaders[i - 1].toLowerCase() === "x-robots-tag"
  );
  return { url, status: statusCode ?? 0, headers, robotsTags };
}

/**
 * The whole body of an answer.
 *
 * @throws {RequestFailure} when more than `maxBytes` are announced or come, and as `blocks`
 */
export async function wholeBody(answer: HttpResponse, maxBytes: number): Promise<Uint8Array> {
  using _ = answer;
  const announced = Number(answer.headers["content-length"] ?? 0);
  if (announced > maxBytes) {
    throw new RequestFailure("too_many_bytes", `${announced} bytes are announced, ${maxBytes} are allowed`);
  }
  const blocks: Uint8Array[] = [];
  let length = 0;
  for await (const block of answer.blocks()) {
    blocks.push(block);
    length += block.length;
    if (length > maxBytes) throw new RequestFailure("too_many_bytes", `more than ${maxBytes} bytes`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return bytes;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The URL in a text.
 *
 * @param base where it was read: a redirect from there
 * @throws {RequestFailure} unless it is one of http or https without a password
 */
export function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text.trim(), base);
  if (!url) throw new RequestFailure("invalid_url", text.slice(0, 200));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new RequestFailure(
      "invalid_url",
      base
        ? `it leads to ${url.protocol}, which is not followed`
        : `${url.protocol} is neither http: nor https:`,
    );
  }
  if (url.username || url.password) {
    throw new RequestFailure("invalid_url", "it holds a user's name or password");
  }
  return url;
}

/**
 * Requests a URL; `accept` is not asked about redirects.
 *
 * @returns the answer, or where it redirects to
 * @throws {RequestFailure} when there is no answer, or it redirects to nowhere; and as `accept`
 */
export async function ask(client: Client, url: URL, options: RequestOptions): Promise<HttpResponse | URL> {
  const answer = await client.request(url, {
    ...options,
    accept: (head) => isRedirect(head) || options.accept(head),
  });
  if (!isRedirect(answer)) return answer;
  answer[Symbol.dispose]();
  return parseUrl(answer.headers.location!, url);
}

/**
 * Visits a URL and where it redirects to; each is a visit of its own, with every check.
 *
 * @param redirects most redirects
 * @param visit gives what was found, or where to go on
 * @throws {RequestFailure} after more redirects than that; and as `visit`
 */
export async function follow<Found extends object>(
  from: URL,
  redirects: number,
  visit: (url: URL) => Promise<Found | URL>,
): Promise<Found> {
  let url = from;
  for (let hop = 0; hop <= redirects; hop++) {
    const found = await visit(url);
    if (!(found instanceof URL)) return found;
    url = found;
  }
  throw new RequestFailure(
    "too_many_redirects",
    `redirected more than ${redirects} times, the last to ${url.href.slice(0, 200)}`,
  );
}

function isRedirect({ status, headers }: ResponseHead): boolean {
  if (!REDIRECTS.has(status)) return false;
  if (!headers.location) throw new RequestFailure("too_many_redirects", `${status} without a location`);
  return true;
}
