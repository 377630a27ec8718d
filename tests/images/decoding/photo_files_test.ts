import { crc32 } from "node:zlib";
import assert from "node:assert/strict";
import sharp from "sharp";
import { decode, encodePng } from "../../../src/images/mod.ts";

interface PhotoFile {
  file: string;
  size: [number, number];
  pixels: string;
}

const reference: Record<string, PhotoFile> = JSON.parse(
  Deno.readTextFileSync(new URL("../../reference/photo_files.json", import.meta.url)),
);
const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Decoders of JPEG differ in their cosine transform; what is blended or has 16 bits is rounded or cut off. */
function tolerance(name: string): number {
  return name.endsWith(".jpg") ? 3 : /transparent|16-bit/.test(name) ? 1 : 0;
}

for (const [name, { file, size, pixels }] of Object.entries(reference)) {
  if (name === "cmyk.jpg") continue; // Pillow knows no inks
  Deno.test(`${name} is decoded to what Pillow shows`, async () => {
    const image = await decode(bytesOf(file), 3);
    assert.deepEqual([image.width, image.height], size);
    const difference = largestDifference(image.pixels, bytesOf(pixels));
    assert.ok(difference <= tolerance(name), `${name} differs by ${difference}`);
  });
}

Deno.test("inks are shown as a press prints them: white is white, no colour is a screen's", async () => {
  const { pixels, width, height } = await decode(bytesOf(reference["cmyk.jpg"].file), 3);
  const at = (x: number, y: number) => [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  assert.deepEqual(at(width - 1, height - 1), [255, 255, 255]);
  const [black, red, green] = [at(0, 0), at(width - 1, 0), at(0, height - 1)];
  assert.ok(black.every((value) => value < 60), `${black}`);
  assert.ok(red[0] > 200 && red[1] < 60 && red[2] < 160, `${red}`);
  assert.ok(green[0] < 60 && green[1] > 100 && green[1] > green[2], `${green}`);
});

Deno.test("a profile is applied: the same colours in a wider space come out the same; a broken one is passed over", async () => {
  const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => 40 + (i * 37) % 170);
  const image = sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } });
  const wide = await image.clone().withIccProfile("p3").png().toBuffer();
  const bare = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
  assert.ok(largestDifference(bare, pixels) > 10, "the profile changes the stored values");
  assert.ok(largestDifference((await decode(wide, 3)).pixels, pixels) <= 2);
  const plain = await encodePng({ pixels, width: 16, height: 16, channels: 3 });
  const broken = new Uint8Array([
    ...plain.subarray(0, 33),
    ...chunk("iCCP", "x\0\0nonsense"),
    ...plain.subarray(33),
  ]);
  assert.deepEqual((await decode(broken, 3)).pixels, pixels);
});

Deno.test("16 bits a channel become the 8 that they stand for", async () => {
  const pixels = Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const image = sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } });
  const deep = await image.toColourspace("rgb16").png().toBuffer();
  assert.equal((await sharp(deep).metadata()).depth, "ushort");
  assert.ok(largestDifference((await decode(deep, 3)).pixels, pixels) <= 1);
});

/** A chunk of a PNG file. */
function chunk(type: string, content: string): Uint8Array {
  const body = new TextEncoder().encode(type + content);
  const out = new Uint8Array(body.length + 8);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  out.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return out;
}
