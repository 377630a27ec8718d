import { crc32, deflateRawSync } from "node:zlib";

/** What a member is said to be; anything left out is the truth. */
interface Claims {
  uncompressedSize?: number;
  flags?: number;
  /** Of compression. */
  method?: number;
}

/** The bytes of a ZIP archive; members are deflated. */
export function zipFile(
  members: Record<string, Uint8Array | string>,
  claims: Record<string, Claims> = {},
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const plain = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const packed = deflateRawSync(plain);
    const path = new TextEncoder().encode(name);
    const { uncompressedSize = plain.length, flags = 0x800, method = 8 } = claims[name] ?? {};
    const facts = header(26, [[0, 20, 2], [2, flags, 2], [4, method, 2], [10, crc32(plain), 4], [
      14,
      packed.length,
      4,
    ], [
      18,
      uncompressedSize,
      4,
    ], [22, path.length, 2]]);
    parts.push(header(4, [[0, 0x04034b50, 4]]), facts, path, packed);
    directory.push(
      header(6, [[0, 0x02014b50, 4], [4, 20, 2]]),
      facts,
      header(14, [[10, at, 4]]),
      path,
    );
    at += 4 + facts.length + path.length + packed.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const count = Object.keys(members).length;
  const end = header(22, [[0, 0x06054b50, 4], [8, count, 2], [10, count, 2], [12, length, 4], [16, at, 4]]);
  return new Uint8Array([...parts, ...directory, end].flatMap((part) => [...part]));
}

/** Little-endian fields: place, value, bytes. */
function header(length: number, fields: [number, number, 2 | 4][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, value, bytes] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}
