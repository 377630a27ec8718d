import { readFully } from "../../disk/mod.ts";
import type { Access } from "./access.ts";
import { requestBytes, withRetries } from "./http.ts";
import { openFile } from "./open.ts";
import { isUrl } from "./places.ts";

/** A file of which any part can be read without the rest. */
export interface RandomAccess {
  /** Bytes. */
  readonly size: number;
  /**
   * The bytes from `start` up to, not including, `end`.
   *
   * @throws Error when the file is shorter
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes the file. */
  [Symbol.dispose](): void;
}

/**
 * Opens a file at a URL (by range requests) or a path.
 *
 * @throws Error naming the file when it is not to be had, or when its server gives out whole files only
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

async function openRemote(url: string, access: Access): Promise<RandomAccess> {
  const first = await withRetries(() => requestBytes(url, access, 0, 0));
  await first.body.return(undefined);
  const total = /\/(\d+)$/.exec(first.headers.get("content-range") ?? "");
  if (first.status !== 206 || !total) {
    throw new Error(
      `${url}: its server gives out whole files only; download it and name its path in the manifest`,
    );
  }
  return {
    size: Number(total[1]),
    read: (start, end) =>
      end > start ? withRetries(() => readPart(url, access, start, end)) : Promise.resolve(new Uint8Array()),
    [Symbol.dispose]: () => {},
  };
}

async function readPart(
  url: string,
  access: Access,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { status, body } = await requestBytes(url, access, start, end - 1);
  const bytes = new Uint8Array(end - start);
  let have = 0;
  for await (const block of body) {
    if (status !== 206 || have + block.length > bytes.length) break;
    bytes.set(block, have);
    have += block.length;
  }
  if (have === bytes.length) return bytes;
  throw new Error(`${url} did not give bytes ${start} to ${end} as asked`);
}
