import type { Box, PackedImage } from "./image.ts";
import type { Interpolation } from "./interpolation.ts";
import { across, down, memory } from "./resample.wasm";
import { type ResampleWeights, resampleWeights } from "./resample_weights.ts";

/**
 * Resizes `box` of `image` to `outWidth` x `outHeight` and writes the part `window` of the result to `out`. It is Pillow's
 * `Image.resize(…, box)` by BILINEAR or BICUBIC: an antialiased filter, horizontally, then vertically, in fixed point, each pass
 * rounded and cut off to 8 bits. Equal to the last bit, but where Pillow 13 goes vertically first (the height shrinks by more than
 * twice what the width does): there values may differ by 1. The two passes are in resample.wat.
 */
export function resample(
  image: PackedImage,
  box: Box,
  outWidth: number,
  outHeight: number,
  window: Box,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  const columns = tableOf(resampleWeights(box.width, outWidth, interpolation), window.left, window.width);
  const rows = tableOf(resampleWeights(box.height, outHeight, interpolation), window.top, window.height);
  const source = rowsOf(image, box, rows.first, rows.count);
  const line = window.width * image.channels;
  const places = layOut({
    columns: columns.table.byteLength,
    rows: rows.table.byteLength,
    source: source.band * source.line,
    between: (rows.count + 1) * line, // the last pair may be a single row
    out: window.height * line,
  });
  new Int32Array(memory.buffer, places.columns).set(columns.table);
  new Int32Array(memory.buffer, places.rows).set(rows.table);
  const bytes = new Uint8Array(memory.buffer);
  for (let row = 0; row < rows.count; row += source.band) {
    const count = Math.min(source.band, rows.count - row);
    bytes.set(source.copy(row, count), places.source);
    const to = places.between + row * line;
    across(
      places.source,
      source.line,
      count,
      image.channels,
      places.columns,
      columns.entry,
      window.width,
      to,
    );
  }
  const top = places.between - rows.first * line; // the table counts from the top of the box
  down(top, line, places.rows, rows.entry, window.height, places.out);
  out.set(bytes.subarray(places.out, places.out + window.height * line));
}

/** The table of the outputs from `begin` on, the bytes of an entry, and which inputs these outputs take. */
function tableOf({ start, count, table, entry }: ResampleWeights, begin: number, outputs: number) {
  const [first, last] = [start[begin], begin + outputs - 1];
  return {
    table: table.subarray(begin * entry, (begin + outputs) * entry),
    entry: entry * table.BYTES_PER_ELEMENT,
    first,
    count: start[last] + count[last] - first,
  };
}

/** Bytes of an image that are copied at a time: few enough for a processor's cache. */
const BAND = 1 << 17;

/** The rows of a box from `first` on: bytes from one to the next, how many are taken at a time, and those from a row on. */
function rowsOf({ pixels, width, channels }: PackedImage, box: Box, first: number, count: number) {
  const line = width * channels;
  const corner = (box.top + first) * line + box.left * channels;
  return {
    line,
    band: Math.min(count, Math.max(1, Math.floor(BAND / line))),
    copy: (row: number, rows: number) => {
      const begin = corner + row * line;
      return pixels.subarray(begin, begin + (rows - 1) * line + box.width * channels);
    },
  };
}

/** Bytes that a pass may read or write past the end of what it is given. */
const SLACK = 16;

const PAGE = 65536;

/** Where things of so many bytes lie in the memory of the passes. */
function layOut<Name extends string>(bytes: Record<Name, number>): Record<Name, number> {
  const places = {} as Record<Name, number>;
  let end = 0;
  for (const name in bytes) {
    places[name] = end;
    end = Math.ceil((end + bytes[name] + SLACK) / SLACK) * SLACK;
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return places;
}
