import type { IncomingHttpHeaders } from "node:http";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { FetchFailure } from "./failure.ts";

/** Types that servers give to files of which they know nothing. */
const UNKNOWN_TYPES = new Set([
  "application/octet-stream",
  "binary/octet-stream",
  "application/binary",
  "application/unknown",
]);

/**
 * Refuses what its header says is no image. Without a type, or with one that says nothing, the bytes decide.
 *
 * @throws FetchFailure
 */
export function checkContentType(header: string | undefined): void {
  const type = header?.split(";")[0].trim().toLowerCase();
  if (!type || type.startsWith("image/") || UNKNOWN_TYPES.has(type)) return;
  throw new FetchFailure("not_image_type", type.slice(0, 100));
}

type Decoder = (
  body: Uint8Array,
  limit: { maxOutputLength: number },
  done: (error: Error | null, unpacked: Uint8Array) => void,
) => void;

const DECODERS: Record<string, Decoder> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: inflate,
  br: brotliDecompress,
};

/**
 * Undoes the content encoding. We ask for none, but some servers pack all the same.
 *
 * @throws FetchFailure when it is unknown or damaged, or unpacks to more than `maxBytes`
 */
export async function unpack(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  maxBytes: number,
): Promise<Uint8Array> {
  const encoding = headers["content-encoding"]?.trim().toLowerCase() || "identity";
  if (encoding === "identity") return body;
  const decoder = DECODERS[encoding];
  if (!decoder) throw new FetchFailure("bad_encoding", `unknown: ${encoding.slice(0, 100)}`);
  return await new Promise((resolve, reject) =>
    decoder(body, { maxOutputLength: maxBytes }, (error, unpacked) => {
      if (!error) return resolve(unpacked);
      const tooLong = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      const detail = tooLong ? `${body.length} bytes unpack to more than ${maxBytes}` : error.message;
      reject(new FetchFailure("bad_encoding", `${encoding}: ${detail}`));
    })
  );
}
