import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { FetchFailure } from "./failure.ts";
import type { Resolver } from "./addresses.ts";
import type { NetworkSettings } from "./settings.ts";

/** The beginning of an answer. */
export interface Head {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** Each `X-Robots-Tag` header by itself. */
  robotsTags: string[];
}

/** An answer. */
export interface Answer extends Head {
  /** As sent; empty where it was not wanted. */
  body: Uint8Array;
}

/** How a request is made. */
export interface RequestOptions {
  /** Whether the body is wanted. It may throw instead, which ends the request. */
  wantsBody: (head: Head) => boolean;
  signal: AbortSignal;
}

/** Sends single GET requests, to checked addresses only. */
export interface Client {
  /** @throws FetchFailure */
  get(url: URL, options: RequestOptions): Promise<Answer>;
  /** Closes the connections that are kept open. */
  [Symbol.dispose](): void;
}

/** How long a connection is kept open for the next request to the same host, ms. */
const KEEP_OPEN_MS = 2000;

/** A client whose requests end by failure when an address is not allowed, nothing is heard, or too much is. */
export function makeClient(settings: NetworkSettings, resolver: Resolver): Client {
  const pool = { keepAlive: true, maxFreeSockets: settings.perHost, timeout: KEEP_OPEN_MS };
  const agents = { "http:": new http.Agent(pool), "https:": new https.Agent(pool) };
  return {
    async get(url, options) {
      const agent = agents[url.protocol as keyof typeof agents];
      if (!agent) throw new FetchFailure("invalid_url", `${url.protocol} is neither http: nor https:`);
      await resolver.resolve(url.hostname); // an address in the URL is never looked up
      return await exchange(url, agent, resolver, settings, options);
    },
    [Symbol.dispose]: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}

/** One request and its answer. Whatever ends it destroys the connection, unless the answer has been read to its end. */
function exchange(
  url: URL,
  agent: http.Agent,
  { lookup }: Resolver,
  { silenceMs, maxBytes, userAgent }: NetworkSettings,
  { wantsBody, signal }: RequestOptions,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { "User-Agent": userAgent, Accept: "image/*,*/*;q=0.5", "Accept-Encoding": "identity" };
  const { get } = url.protocol === "https:" ? https : http;
  const request = attempted(() => get(url, { agent, lookup, headers, signal }));
  const fail = (error: Error) => {
    reject(error);
    request.destroy();
  };
  const watch = setTimeout(
    () => fail(new FetchFailure("timed_out", `nothing was heard for ${silenceMs} ms`)),
    silenceMs,
  );
  request.on("error", (error) => fail(failureOf(error)));
  request.on("response", (response) => {
    watch.refresh();
    const head = headOf(url, response);
    try {
      if (!wantsBody(head)) {
        resolve({ ...head, body: new Uint8Array() });
        request.destroy();
        return;
      }
      checkAnnounced(response, maxBytes);
    } catch (error) {
      return fail(error as Error);
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    response.on("data", (chunk: Uint8Array) => {
      watch.refresh();
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) fail(new FetchFailure("too_many_bytes", `more than ${maxBytes} bytes`));
    });
    response.on("error", (error) => fail(failureOf(error)));
    response.on("aborted", () => fail(incomplete(response, length)));
    response.on("end", () => {
      if (response.complete) resolve({ ...head, body: joined(chunks, length) });
      else fail(incomplete(response, length));
    });
  });
  return promise.finally(() => clearTimeout(watch));
}

/** What the library refuses before it sends anything is a failure like any other. */
function attempted<T>(begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    throw failureOf(error as Error);
  }
}

function headOf(url: URL, { statusCode, headers, rawHeaders }: IncomingMessage): Head {
  const robotsTags = rawHeaders.filter((_, i) =>
    i % 2 === 1 && rawHeaders[i - 1].toLowerCase() === "x-robots-tag"
  );
  return { url, status: statusCode ?? 0, headers, robotsTags };
}

function checkAnnounced({ headers }: IncomingMessage, maxBytes: number): void {
  const announced = Number(headers["content-length"] ?? 0);
  if (announced > maxBytes) {
    throw new FetchFailure("too_many_bytes", `${announced} bytes are announced, ${maxBytes} are allowed`);
  }
}

function incomplete({ headers }: IncomingMessage, length: number): FetchFailure {
  return new FetchFailure("incomplete", `${length} of ${headers["content-length"] ?? "unknown"} bytes came`);
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
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

function failureOf(error: Error & { code?: string }): Error {
  if (error instanceof FetchFailure || error.name === "AbortError") return error;
  const { code = "", message } = error;
  const known = REASON_OF_CODE[code as keyof typeof REASON_OF_CODE];
  if (known) return new FetchFailure(known, message);
  if (code.startsWith("HPE_")) return new FetchFailure("bad_response", message);
  if (/CERT|TLS|SSL|certificate|UnknownIssuer|handshake/i.test(`${code} ${message}`)) {
    return new FetchFailure("tls_failure", message);
  }
  return new FetchFailure("connection_failed", message);
}
