import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { extract, type Header } from "tar-stream";

/** A file in a tar archive: its bytes, or why they were not read. */
export type TarMember =
  | {
    name: string;
    bytes: Uint8Array;
    /** Where they start in the unpacked archive. */
    offset: number;
    refused?: undefined;
  }
  | { name: string; refused: string };

/** The members of an archive that are read. */
export interface TarOptions {
  /** Says by its name whether a member is wanted; the others are passed over. */
  wanted: (name: string) => boolean;
  /** A larger member is refused. */
  largest: number;
}

/**
 * The wanted files of a tar archive in their order, one in memory at a time. Nothing is ever written to disk.
 * Links, devices and names that are absolute or lead upwards are refused with a reason: a sound archive of
 * images has none.
 *
 * @throws {Error} when the archive is damaged or ends early; the members before the damage have been given
 * out
 */
export async function* tarMembers(
  archive: AsyncIterable<Uint8Array>,
  { wanted, largest }: TarOptions,
): AsyncGenerator<TarMember> {
  const reader = Readable.from(archive);
  const entries = extract({ filenameEncoding: "latin1" } as Parameters<typeof extract>[0]);
  let end = 0;
  reader.on("error", (error) => entries.destroy(error));
  reader.pipe(entries as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of entries) {
      const name = nameOf(entry.header);
      const { type, size = 0 } = entry.header;
      end = (entry.header as Placed).byteOffset + BLOCK * Math.ceil(size / BLOCK);
      const refused = type === "directory" ? undefined : refusal({ ...entry.header, name }, largest);
      if (type === "directory" || !wanted(name)) entry.resume();
      else if (refused) {
        entry.resume();
        yield { name, refused };
      } else {
        const { byteOffset: offset } = entry.header as Placed;
        yield { name, bytes: await bytesOf(entry as AsyncIterable<Uint8Array>, name, size), offset };
      }
    }
  } catch (error) {
    if (end === 0 || !isAfterEnd(entries as unknown as ReaderState, end, error as Error)) throw error;
  } finally {
    reader.destroy();
  }
}

type Placed = Header & { byteOffset: number };

/** The part of the reader's state that says what it read last. */
interface ReaderState {
  /** Null after a block of zeros. */
  _header: Header | null;
  /** Bytes of a member that are still to come. */
  _missing: number;
  _buffer: { shifted: number };
}

/** Bytes of a block of tar. */
const BLOCK = 512;

/**
 * Whether an error concerns what follows an archive's end, two blocks of zeros: tar does not look at it
 * either.
 *
 * @param last where the last member ended
 */
function isAfterEnd({ _header, _missing, _buffer }: ReaderState, last: number, { message }: Error): boolean {
  const isHeader = message.startsWith("Invalid tar header");
  if (!isHeader && message !== "Unexpected end of data") return false;
  const blocks = Math.floor((_buffer.shifted - last) / BLOCK) - (isHeader ? 1 : 0);
  return _header === null && _missing === 0 && blocks >= 2;
}

/**
 * A member's name, which was read byte by byte as Latin-1: most are UTF-8. What is not stays as it is, so
 * that two names stay two. The extended headers (pax) are UTF-8 always.
 */
function nameOf({ name, pax }: Header): string {
  return (pax as { path?: string } | null)?.path === undefined ? utf8OrSame(name) : name;
}

function utf8OrSame(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(latin1, "latin1"));
  } catch {
    return latin1;
  }
}

function refusal({ name, type, size = 0, linkname }: Header, largest: number): string | undefined {
  if (type === "link" || type === "symlink") {
    return `it is a link to ${utf8OrSame(linkname ?? "")}; links are not followed`;
  }
  if (type !== "file" && type !== "contiguous-file") {
    return `it is not a file (${type ?? "of an unknown kind"})`;
  }
  if (/^([/\\]|[a-z]:)/i.test(name)) return "its name is an absolute path";
  if (name.split(/[/\\]/).includes("..")) return "its name leads out of the archive";
  if (size > largest) return `it has ${size} bytes; ${largest} are the most`;
  return undefined;
}

async function bytesOf(entry: AsyncIterable<Uint8Array>, name: string, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of entry) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at !== size) throw new Error(`${name} has ${at} bytes instead of ${size}`);
  return bytes;
}
