import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import yauzl from "yauzl";
import type { RandomAccess } from "./open.ts";

/** A file in a ZIP archive. */
interface ZipEntry {
  name: string;
  /**
   * Its bytes; only they are read of the archive.
   *
   * @throws {Error} when it is larger than `largest`, encrypted, damaged or packed by a method that is not
   * read
   */
  bytes(largest: number): Promise<Uint8Array>;
}

/** The fields of the reader's entries that are used. */
interface YauzlEntry {
  fileName: string;
  uncompressedSize: number;
  compressionMethod: number;
}

interface Yauzl {
  readEntry(): void;
  on(event: "entry", listener: (entry: YauzlEntry) => void): Yauzl;
  on(event: "error", listener: (error: Error) => void): Yauzl;
  on(event: "end", listener: () => void): Yauzl;
  openReadStream(entry: YauzlEntry, done: (error: Error | null, stream: Readable) => void): void;
}

/**
 * The files of a ZIP archive by its directory, without reading the rest of it. Archives with names that are
 * absolute or lead upwards are refused.
 *
 * @throws {Error} when it is no archive or is damaged
 */
export async function zipEntries(file: RandomAccess): Promise<ZipEntry[]> {
  try {
    return await entriesOf(file);
  } catch (error) {
    const prefix = await prefixOf(file);
    if (prefix === 0) throw error;
    return await entriesOf({
      size: file.size - prefix,
      read: (start, end) => file.read(start + prefix, end + prefix),
      [Symbol.dispose]: () => {}, // whoever opened the file closes it
    });
  }
}

/** Size of the end of an archive's directory without its comment, and of the longest comment. */
const END = 22, LONGEST_COMMENT = 0xffff;

/**
 * Bytes before an archive that its directory does not count, as those of a program that unpacks it; 0 where
 * there are none.
 */
async function prefixOf(file: RandomAccess): Promise<number> {
  const from = Math.max(0, file.size - END - LONGEST_COMMENT);
  const tail = await file.read(from, file.size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - END; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const prefix = from + at - view.getUint32(at + 12, true) - view.getUint32(at + 16, true);
    return Math.max(0, prefix); // negative in ZIP64, whose numbers stand elsewhere
  }
  return 0;
}

async function entriesOf(file: RandomAccess): Promise<ZipEntry[]> {
  const archive = await openArchive(file);
  const entries: ZipEntry[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  archive.on("entry", (entry) => {
    if (!entry.fileName.endsWith("/")) {
      entries.push({ name: entry.fileName, bytes: (largest) => bytesOf(archive, entry, largest) });
    }
    archive.readEntry();
  });
  archive.on("error", reject).on("end", resolve).readEntry();
  await promise;
  return entries;
}

function openArchive(file: RandomAccess): Promise<Yauzl> {
  class Reader extends yauzl.RandomAccessReader {
    _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(blocks(file, start, end));
    }
  }
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, archive: Yauzl) => error ? reject(error) : resolve(archive);
    yauzl.fromRandomAccessReader(new Reader(), file.size, { lazyEntries: true, autoClose: false }, done);
  });
}

/** A block that is read at once: what an entry claims of itself reserves no memory. */
const BLOCK = 4 << 20;

async function* blocks(file: RandomAccess, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += BLOCK) yield await file.read(at, Math.min(at + BLOCK, end));
}

/** Methods of ZIP that are not read, by number (APPNOTE 4.4.5); stored and Deflate (0 and 8) are. */
const METHODS: Record<number, string> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  97: "WavPack",
  98: "PPMd",
};

async function bytesOf(archive: Yauzl, entry: YauzlEntry, largest: number): Promise<Uint8Array> {
  const { uncompressedSize: size, compressionMethod: method } = entry;
  if (method !== 0 && method !== 8) {
    throw new Error(
      `it is packed by ${METHODS[method] ?? "an unknown method"} (method ${method}), which is not read; ` +
        "unpack the archive and pack it by Deflate (zip -r), or name the folder",
    );
  }
  if (size > largest) throw new Error(`it has ${size} bytes; ${largest} are the most`);
  const stream = await new Promise<Readable>((resolve, reject) =>
    archive.openReadStream(entry, (error, stream) => error ? reject(error) : resolve(stream))
  );
  return new Uint8Array(await buffer(stream));
}
