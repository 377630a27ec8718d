/**
 * Files that a manifest names, on this machine or on the network: read whole, or in parts (at a URL by range
 * requests).
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { readFully } from "../../disk/mod.ts";
import {
  ask,
  type Client,
  follow,
  type HttpResponse,
  makeClient,
  makeResolver,
  parseUrl,
  reasonOfStatus,
  REQUEST_FAILURES,
  RequestFailure,
  type RequestFailureReason,
  type ResponseHead,
  retryAfterMs,
  type RetrySettings,
  USER_AGENT,
  withRetries,
} from "../../http/mod.ts";
import { otherKind } from "./other_kinds.ts";
import { isUrl } from "./places.ts";

/** Gzip shrinks photographs hardly at all; a file that grows by more than this when unpacked is a bomb. */
const RATIO_LIMIT = 200;
/** Below so many bytes nothing is suspected. */
const HARMLESS_BYTES = 64 << 20;

/**
 * The bytes of a file at a URL or path, block by block. A file whose first bytes are gzip's is unpacked,
 * whatever its name. The file is closed when the iteration ends or is left.
 *
 * @throws {Error} naming the file when it is not to be had
 */
export async function* openBytes(place: string, access: Access): AsyncGenerator<Uint8Array> {
  const blocks = isUrl(place) ? downloadBytes(place, access) : fileBlocks(place);
  const { value: first, done } = await blocks.next();
  if (done) return;
  const kind = otherKind(first, "tar"); // lists of text have no such beginning
  if (kind) {
    await blocks.return(undefined);
    throw new Error(`${place} cannot be read: ${kind}`);
  }
  const whole = prepended(first, blocks);
  yield* first[0] === 0x1f && first[1] === 0x8b ? unpacked(whole, place) : whole;
}

async function* prepended(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* fileBlocks(path: string): AsyncGenerator<Uint8Array> {
  using file = openFile(path);
  while (true) {
    const block = new Uint8Array(1 << 16);
    const read = await file.read(block);
    if (read === null) return;
    yield block.subarray(0, read);
  }
}

/** @throws {Error} naming the file when it cannot be opened, or is a folder */
function openFile(path: string): Deno.FsFile {
  let file;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    const advice = adviceFor(path) ?? "correct the path in the manifest";
    throw new Error(`${path} cannot be read (${(error as Error).message}); ${advice}`);
  }
  if (!file.statSync().isDirectory) return file;
  file.close();
  throw new Error(`${path} is a folder, not a file; correct the path in the manifest`);
}

/** Advice for a path that is none: the address of another scheme, or a pattern of the shell. */
function adviceFor(path: string): string | undefined {
  const [, scheme] = /(?:^|\/)([a-z][a-z0-9+.-]+):(?:\/|.*\s)/i.exec(path) ?? [];
  if (/^https?$/i.test(scheme ?? "")) {
    return "an address is taken as one where nothing stands before it: begin with https://";
  }
  if (scheme?.toLowerCase() === "pipe") return "commands are not run: give a path or an https:// address";
  if (scheme) return `addresses that begin with ${scheme}: are not read: give a path or an https:// address`;
  return /[*?[\]]/.test(path)
    ? "names are written with ranges, as photos-{000..012}.tar, not with * or ?"
    : undefined;
}

async function* unpacked(blocks: AsyncGenerator<Uint8Array>, place: string): AsyncGenerator<Uint8Array> {
  let packed = 0, plain = 0;
  const counted = async function* () {
    for await (const block of blocks) {
      packed += block.length;
      yield block;
    }
  };
  const input = Readable.from(counted());
  const gunzip = createGunzip();
  input.on("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  try {
    for await (const block of gunzip) {
      plain += block.length;
      if (plain > HARMLESS_BYTES && plain > packed * RATIO_LIMIT) {
        throw new Error(`${place} unpacks to more than ${RATIO_LIMIT} times its size: a decompression bomb`);
      }
      yield block;
    }
  } finally {
    input.destroy();
    gunzip.destroy();
    await blocks.return(undefined);
  }
}

/**
 * Opens a file at a URL (by range requests) or a path.
 *
 * @throws {Error} naming the file when it is not to be had, or when its server gives out whole files only
 */
export async function openRandomAccess(place: string, access: Access): Promise<RandomAccess> {
  return isUrl(place) ? await openRemote(place, access) : openLocal(place);
}

function openLocal(path: string): RandomAccess {
  const file = openFile(path);
  const { size } = file.statSync();
  return {
    size,
    read: (start, end) => {
      const bytes = new Uint8Array(end - start);
      readFully(file, path, start, bytes);
      return Promise.resolve(bytes);
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** The field `access` of a manifest: who may read the dataset's files. */
export const accessSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open").describe("Anybody.") }),
  z.strictObject({
    kind: z.literal("gated").describe("Whoever has accepted its terms and shows a token."),
    token: z.string().regex(/^[A-Z][A-Z0-9_]*$/).describe(
      "Environment variable that holds the token; it is never written to disk or shown.",
    ),
    terms: z.url().describe("Where the terms are accepted."),
  }),
]);

export type Access = z.infer<typeof accessSchema>;

const RETRIES: RetrySettings = { retries: 4, backoffMs: 500, maxRetryAfterMs: 60_000 };
const CLIENT = { silenceMs: 30_000, perHost: 4, userAgent: USER_AGENT, proxies: true };
const REDIRECTS = 5;

/**
 * A client for the files at a URL of a manifest. The manifest's author chose the host, which may be a server
 * at a private address. Any other host, to which that one redirects, must be on the public internet.
 */
function clientFor(url: string): Client {
  const named = parseUrl(url).hostname.replace(/^\[(.*)\]$/, "$1");
  return makeClient(CLIENT, makeResolver((host) => host === named));
}

/**
 * The answer to a request of part of a file, status 200 or 206. The token goes to the origin that the
 * manifest names and to no other.
 *
 * @param from first byte
 * @param to last byte; default: to the end
 * @throws {RequestFailure}
 * @throws {Error} when the token of a gated dataset is not set
 */
async function requestPart(
  client: Client,
  url: string,
  access: Access,
  from: number,
  to?: number,
): Promise<HttpResponse> {
  const first = parseUrl(url);
  const range = from > 0 || to !== undefined ? { Range: `bytes=${from}-${to ?? ""}` } : undefined;
  return await follow(first, REDIRECTS, (at) =>
    ask(client, at, {
      headers: { ...range, ...(at.origin === first.origin && authorization(access)) },
      accept: (head) => checkStatus(head, access),
    }));
}

/** The header that shows the token, or none for open datasets. */
function authorization(access: Access): Record<string, string> {
  if (access.kind === "open") return {};
  const token = Deno.env.get(access.token);
  if (token) return { Authorization: `Bearer ${token}` };
  throw new Error(
    `the dataset is gated: accept its terms at ${access.terms} and put your token in the environment variable ${access.token}`,
  );
}

function checkStatus({ status, headers }: ResponseHead, access: Access): void {
  if (status === 200 || status === 206) return;
  throw new RequestFailure(
    reasonOfStatus(status),
    detailOf(status, access),
    retryAfterMs(headers["retry-after"]),
  );
}

/** The fault of a file, as the rest of a sentence that begins with its URL. */
function detailOf(status: number, access: Access): string {
  if (status === 401 || status === 403) {
    return access.kind === "gated"
      ? `is refused (${status}): accept the terms at ${access.terms} with the account whose token is in ${access.token}`
      : `is refused (${status}); has the dataset been gated since its manifest was checked?`;
  }
  const mayPass = status === 408 || status === 429 || status >= 500;
  return `answers ${status}${mayPass ? "" : "; has the file been moved since its manifest was checked?"}`;
}

/** Reasons whose detail goes on from the URL. */
const OF_STATUS = new Set<RequestFailureReason>([
  "gone",
  "blocked",
  "rate_limited",
  "server_error",
  "unexpected_status",
]);

/** A failure with the URL of the file in its message. */
function named(url: string, error: unknown): unknown {
  if (!(error instanceof RequestFailure)) return error;
  const { reason, detail } = error as RequestFailure;
  const words = OF_STATUS.has(reason)
    ? detail
    : `cannot be had: ${REQUEST_FAILURES[reason].meaning} (${detail})`;
  return new Error(`${url} ${words}`, { cause: error });
}

/**
 * The bytes of a file on the network, block by block; where the connection breaks, it goes on from there.
 *
 * @throws {Error} naming the URL when it is not to be had, and for a gated dataset what to do
 */
async function* downloadBytes(url: string, access: Access): AsyncGenerator<Uint8Array> {
  let have = 0;
  let breaks = 0;
  using client = clientFor(url);
  while (true) {
    using answer = await withRetries(RETRIES, () => requestPart(client, url, access, have))
      .catch((error) => Promise.reject(named(url, error)));
    if (have > 0 && !goesOnFrom(have, answer)) {
      throw new Error(
        `${url} broke off after ${have} bytes, and its server does not go on from there; try again`,
      );
    }
    try {
      for await (const block of answer.blocks()) {
        have += block.length;
        yield block;
      }
      return;
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      if (++breaks > RETRIES.retries) {
        throw new Error(`${url} broke off: ${error.detail}`, { cause: error });
      }
    }
  }
}

function goesOnFrom(start: number, { status, headers }: ResponseHead): boolean {
  return status === 206 && (headers["content-range"]?.startsWith(`bytes ${start}-`) ?? true);
}

/** A file of which any part can be read without the rest. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /**
   * The bytes from `start` up to, not including, `end`.
   *
   * @throws {Error} when the file is shorter
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/**
 * Opens a file at a URL, to be read by range requests.
 *
 * @throws {Error} naming the URL when it is not to be had, or when its server gives out whole files only
 */
async function openRemote(url: string, access: Access): Promise<RandomAccess> {
  const client = clientFor(url);
  const attempts = <T>(attempt: () => Promise<T>) =>
    withRetries(RETRIES, attempt).catch((error) => Promise.reject(named(url, error)));
  try {
    const size = await attempts(() => sizeOf(client, url, access));
    if (size === undefined) {
      throw new Error(
        `${url}: its server gives out whole files only; download it and name its path in the manifest`,
      );
    }
    return {
      size,
      read: async (start, end) =>
        end > start ? await attempts(() => readPart(client, url, access, start, end)) : new Uint8Array(),
      [Symbol.dispose]: () => client[Symbol.dispose](),
    };
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

/** Size of a file by a request of its first byte, bytes; undefined where the server gives out no parts. */
async function sizeOf(client: Client, url: string, access: Access): Promise<number | undefined> {
  using answer = await requestPart(client, url, access, 0, 0);
  const total = /\/(\d+)$/.exec(answer.headers["content-range"] ?? "");
  if (answer.status !== 206 || !total) return undefined;
  for await (const _ of answer.blocks()); // so that the connection can be used again
  return Number(total[1]);
}

async function readPart(
  client: Client,
  url: string,
  access: Access,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  using answer = await requestPart(client, url, access, start, end - 1);
  const bytes = new Uint8Array(end - start);
  let have = 0;
  const fault = () => new RequestFailure("incomplete", `it did not give bytes ${start} to ${end} as asked`);
  if (!goesOnFrom(start, answer)) throw fault();
  for await (const block of answer.blocks()) {
    if (have + block.length > bytes.length) throw fault();
    bytes.set(block, have);
    have += block.length;
  }
  if (have < bytes.length) throw fault();
  return bytes;
}

/** What a server says of a file without giving it out. */
export interface RemoteMark {
  /** Stands for its bytes: the server's `X-Linked-ETag` or `ETag`; where there is none, the URL. */
  mark: string;
  /** Bytes, where the server tells. */
  size?: number;
}

/**
 * What stands for the bytes of a file at a URL, by a request of its first byte. A hub's `X-Linked-ETag`,
 * which comes with a redirect, is the sha256 of the file.
 *
 * @throws {Error} naming the URL when it is not to be had
 */
export async function markOf(url: string, access: Access): Promise<RemoteMark> {
  using client = clientFor(url);
  let linked: string | undefined;
  const watching: Client = {
    ...client,
    request: async (at, options) => {
      const answer = await client.request(at, options);
      linked ??= answer.headers["x-linked-etag"]?.toString();
      return answer;
    },
  };
  using answer = await withRetries(RETRIES, () => requestPart(watching, url, access, 0, 0))
    .catch((error) => Promise.reject(named(url, error)));
  const { headers } = answer;
  const size = Number(/\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1] ?? NaN);
  const mark = linked ?? headers.etag;
  return {
    mark: mark === undefined ? url : mark.replace(/^W\//, "").replaceAll('"', ""),
    ...(size >= 0 && { size }),
  };
}

/** Whether an error of a file on the network is a refusal, which a token may lift. */
export function isRefusal(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof RequestFailure && (cause as RequestFailure).reason === "blocked";
}
