import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { centreSquare, decode } from "../../../src/images/mod.ts";

function chunk(type: string, body: Uint8Array): Uint8Array {
  const content = new Uint8Array([...new TextEncoder().encode(type), ...body]);
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, body.length);
  numbers.setUint32(4, crc32(content));
  const bytes = new Uint8Array(numbers.buffer);
  return new Uint8Array([...bytes.subarray(0, 4), ...content, ...bytes.subarray(4)]);
}

/** A grey PNG of 1 bit a pixel that claims its size; all black. */
function flatPng(width: number, height: number, rows = height): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 1);
  const pixels = deflateSync(new Uint8Array(rows * (Math.ceil(width / 8) + 1)), { level: 9 });
  return new Uint8Array([
    ...new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    ...chunk("IHDR", new Uint8Array(header.buffer)),
    ...chunk("IDAT", pixels),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

Deno.test("bombs are refused by what their header announces, before anything is unpacked", async () => {
  const before = Deno.memoryUsage().rss;
  const began = performance.now();
  await assert.rejects(decode(flatPng(60_000, 60_000, 1), 3), /pixel limit|bomb/i);
  await assert.rejects(decode(flatPng(16_000, 16_000), 3), /pixel limit|bomb/i); // 256 Mpx in few bytes
  await assert.rejects(
    decode(flatPng(7_900, 7_900), 3),
    /7900 x 7900 pixels in \d+ bytes, as no photograph has/,
  );
  assert.ok(Deno.memoryUsage().rss - before < 100e6);
  assert.ok(performance.now() - began < 3000);
});

Deno.test("the smallest and the narrowest images are decoded and become squares", async () => {
  for (const [width, height] of [[1, 1], [65_500, 1], [1, 65_500]]) {
    const file = await sharp({ create: { width, height, channels: 3, background: "#c86432" } }).png()
      .toBuffer();
    const image = await decode(file, 3);
    const square = new Uint8Array(16 * 16 * 3);
    centreSquare(image, 16, square);
    assert.ok(square.every((value, i) => value === [0xc8, 0x64, 0x32][i % 3]), `${width} x ${height}`);
  }
});

Deno.test("a half file is refused, bytes after its end are passed over", async () => {
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
  const image = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
  const file = new Uint8Array(await image.jpeg().toBuffer());
  await assert.rejects(decode(file.subarray(0, file.length >> 1), 3), /premature end/i);
  const { pixels } = await decode(file, 3);
  assert.deepEqual((await decode(new Uint8Array([...file, ...noise]), 3)).pixels, pixels);
});

Deno.test("formats without a need are refused by their first bytes: HEIC, AVIF, TIFF, BMP, PDF, JPEG XL", async () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const files = ["\0\0\0\x18ftypheic\0\0\0\0", "\0\0\0\x18ftypavif", "II*\0", "BM", "%PDF-1.7", "\xff\x0a"];
  for (const start of files) {
    await assert.rejects(decode(text(start), 3), /it is not a JPEG, PNG, WebP or GIF file/);
  }
});
