import assert from "node:assert/strict";
import sharp from "sharp";
import { decodeJpeg } from "../../src/tensorflow/mod.ts";
import { photoFile } from "../made/data/photo_files.ts";

const png = await photoFile(3, "png", 61, 45);
const file = new Uint8Array(await sharp(png).jpeg({ chromaSubsampling: "4:4:4", quality: 95 }).toBuffer());
const halved = new Uint8Array(await sharp(png).jpeg({ quality: 95 }).toBuffer());

/** Rows of a part of an image, joined. */
function cut(
  { pixels, width }: ReturnType<typeof decodeJpeg>,
  { left, top, width: columns, height }: { left: number; top: number; width: number; height: number },
): number[] {
  return Array.from({ length: height }, (_, y) => {
    const start = ((top + y) * width + left) * 3;
    return [...pixels.subarray(start, start + columns * 3)];
  }).flat();
}

Deno.test("a JPEG is decoded to what sharp decodes", async () => {
  const { pixels, height, width } = decodeJpeg(file);
  assert.deepEqual([height, width], [45, 61]);
  const theirs = await sharp(file).raw().toBuffer();
  assert.deepEqual(pixels, new Uint8Array(theirs));
});

Deno.test("parts are those of the whole at every scale; where colour is halved, all but the edges", () => {
  for (const ratio of [1, 2, 4, 8] as const) {
    const whole = decodeJpeg(file, { ratio });
    assert.deepEqual([whole.height, whole.width], [Math.ceil(45 / ratio), Math.ceil(61 / ratio)]);
    const size = { width: Math.floor(whole.width / 2), height: Math.floor(whole.height / 2) };
    for (const crop of [{ left: 0, top: 0, ...size }, { left: 3, top: 2, ...size }]) {
      assert.deepEqual([...decodeJpeg(file, { ratio, crop }).pixels], cut(whole, crop), `${ratio}`);
    }
  }
  const crop = { left: 19, top: 11, width: 30, height: 20 };
  const part = decodeJpeg(halved, { crop });
  const inner = { left: 2, top: 2, width: 26, height: 16 };
  const same = { ...inner, left: crop.left + 2, top: crop.top + 2 };
  assert.deepEqual(cut(part, inner), cut(decodeJpeg(halved), same));
});

Deno.test("what cannot be decoded is refused, and nothing is left behind", () => {
  assert.throws(() => decodeJpeg(file.subarray(0, 150)), /JPEG/i);
  assert.throws(() => decodeJpeg(file, { crop: { left: 50, top: 0, width: 12, height: 5 } }), /crop/i);
});

Deno.test("a decoded file leaves no memory taken", () => {
  const padded = new Uint8Array(4 << 20).fill(1);
  padded.set(file); // what follows the end of the image is not read
  const decodings = 100;
  decodeJpeg(padded);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < decodings; i++) decodeJpeg(padded);
  const grown = Deno.memoryUsage().rss - before;
  assert.ok(grown < decodings * padded.length / 4, `grown by ${Math.round(grown / 1e6)} MB`);
});
