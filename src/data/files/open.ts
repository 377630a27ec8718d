import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { readFully } from "../../disk/mod.ts";
import { isUrl } from "./places.ts";
import { type Access, downloadBytes, openRemote, type RandomAccess } from "./remote.ts";

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

/** @throws {Error} naming the file when it cannot be opened */
function openFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}); correct the path in the manifest`);
  }
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
