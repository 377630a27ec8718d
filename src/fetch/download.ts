import type { IncomingHttpHeaders } from "node:http";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import {
  ask,
  type Client,
  follow,
  parseUrl,
  reasonOfStatus,
  RequestFailure,
  type ResponseHead,
  retryAfterMs,
  wholeBody,
  withinTime,
} from "../http/mod.ts";
import type { FailureReason } from "./failure.ts";
import type { NetworkSettings } from "./settings.ts";

/** The context of an attempt. */
interface DownloadContext {
  client: Client;
  /** Refuses what robots.txt forbids; undefined: not asked. */
  robots?: (url: URL) => Promise<void>;
  /** Our name in `X-Robots-Tag`. */
  agent: string;
  settings: NetworkSettings;
  /** Asks a URL when it is its host's turn. Default: at once. */
  inTurn?: <T>(url: URL, work: () => Promise<T>) => Promise<T>;
}

/**
 * Makes one attempt at a file that should be an image. Each host to which it is redirected has a turn of its
 * own, after that of the host before. The time of an attempt does not include waiting for a turn.
 *
 * @param use what is done with the file, within the turn of the host that it came from
 * @throws {RequestFailure}; an AbortError when `signal` ends it; as `use`
 */
export async function download<Result extends object>(
  url: string,
  { inTurn = (_, work) => work(), ...context }: DownloadContext,
  signal: AbortSignal,
  use: (file: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const { attemptMs, redirects } = context.settings;
  let left = attemptMs;
  return await follow(parseUrl(url), redirects, (url) =>
    inTurn(url, async () => {
      const began = performance.now();
      const found = await withinTime(left, signal, (signal) => fileAt(url, context, signal));
      left -= performance.now() - began;
      return found instanceof URL ? found : await use(found);
    }));
}

/** The file at a URL, or where it redirects to. */
async function fileAt(
  url: URL,
  { client, robots, agent, settings }: DownloadContext,
  signal: AbortSignal,
): Promise<Uint8Array | URL> {
  await robots?.(url);
  const answer = await ask(client, url, {
    headers: { Accept: "image/*,*/*;q=0.5" },
    accept: (head) => accept(head, settings.optOutHeaders ? agent : undefined),
    signal,
  });
  if (answer instanceof URL) return answer;
  return await unpack(await wholeBody(answer, settings.maxBytes), answer.headers, settings.maxBytes);
}

function accept({ status, headers, robotsTags }: ResponseHead, agent: string | undefined): void {
  if (status !== 200) {
    throw new RequestFailure(
      reasonOfStatus(status),
      `status ${status}`,
      retryAfterMs(headers["retry-after"]),
    );
  }
  const directive = agent && optOutDirective(robotsTags, agent);
  if (directive) throw new RequestFailure<FailureReason>("opted_out", directive);
  checkContentType(headers["content-type"]);
}

/** Types of pages, films and the like, which no server gives to an image. */
const OTHER_TYPES =
  /^(text\/html|application\/(xhtml\+xml|json|ld\+json|pdf|javascript|zip)|text\/(css|javascript)|(audio|video|font)\/.*)$/;

/**
 * Refuses a content type that is another thing's, before its body. With any other type, such as `text/plain`,
 * `application/octetstream` or `jpg`, and without one, the bytes decide.
 *
 * @throws {RequestFailure}
 */
function checkContentType(header: string | undefined): void {
  const type = header?.split(";")[0].trim().toLowerCase();
  if (!type || !OTHER_TYPES.test(type)) return;
  throw new RequestFailure<FailureReason>("not_image_type", type.slice(0, 100));
}

type Decoder = (
  body: Uint8Array,
  limit: { maxOutputLength: number },
  done: (error: Error | null, unpacked: Uint8Array) => void,
) => void;

/** By content encoding. Servers name it: a plain object would also have a `constructor`. */
const DECODERS = new Map<string, Decoder>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  ["deflate", inflate],
  ["br", brotliDecompress],
]);

/**
 * Undoes the content encoding. We ask for none, but some servers pack all the same.
 *
 * @throws {RequestFailure} when it is unknown or damaged, or unpacks to more than `maxBytes`
 */
async function unpack(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<Uint8Array> {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() || "identity";
  if (encoding === "identity") return body;
  const decoder = DECODERS.get(encoding);
  if (!decoder) throw new RequestFailure<FailureReason>("bad_encoding", `unknown: ${encoding.slice(0, 100)}`);
  return await new Promise((resolve, reject) =>
    decoder(body, { maxOutputLength: maxBytes }, (error, unpacked) => {
      if (!error) return resolve(unpacked);
      const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      const detail = tooLong ? `${body.length} bytes unpack to more than ${maxBytes}` : error.message;
      reject(new RequestFailure<FailureReason>("bad_encoding", `${encoding}: ${detail}`));
    })
  );
}

/** Directives by which an owner keeps an image out of data sets, as img2dataset obeys them. */
const OPT_OUT = new Set(["noai", "noimageai", "noindex", "noimageindex"]);

/** Directives of `X-Robots-Tag` that carry a value after a colon, and so are no agent's name. */
const WITH_VALUE = new Set(["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"]);

/**
 * The directive that opts out, or undefined. A directive may be meant for one agent (`bot: noai`); it and
 * those after it, up to the next agent, are then obeyed only by that agent.
 *
 * @param values each `X-Robots-Tag` header of the answer
 * @param agent our name, lower case
 */
export function optOutDirective(values: readonly string[], agent: string): string | undefined {
  for (const value of values) {
    let forUs = true;
    for (const part of value.toLowerCase().split(",")) {
      const colon = part.indexOf(":");
      const name = part.slice(0, Math.max(colon, 0)).trim();
      const scoped = colon >= 0 && !WITH_VALUE.has(name);
      if (scoped) forUs = name === agent || name === "*";
      const directive = (scoped ? part.slice(colon + 1) : part).trim();
      if (forUs && OPT_OUT.has(directive)) return directive;
    }
  }
  return undefined;
}
