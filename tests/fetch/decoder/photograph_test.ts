import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sharp, { type Sharp } from "sharp";
import { storePhotograph } from "../../../src/fetch/decoder/photograph.ts";
import { STORAGE_DEFAULTS } from "../../../src/fetch/settings.ts";
import { ImageFailure } from "../../../src/images/mod.ts";
import { photograph } from "../../made/fetch/made_up_photographs.ts";

const store = async (image: Sharp | Uint8Array, settings = {}) => {
  const file = image instanceof Uint8Array ? image : new Uint8Array(await image.toBuffer());
  const { facts, bytes } = await storePhotograph(file, { ...STORAGE_DEFAULTS, ...settings });
  return { facts, image: bytes };
};

const failure = async (file: Uint8Array, settings = {}) => {
  const error = await store(file, settings).catch((error) => error);
  assert.ok(error instanceof ImageFailure, `${error}`);
  return error.reason;
};

/** Colour at a place of the stored image, in parts of its sides. */
async function colourAt(image: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
  return [...data.subarray(at, at + 3)];
}

function assertColour(actual: number[], expected: number[], tolerance = 6): void {
  assert.ok(
    actual.every((value, i) => Math.abs(value - expected[i]) <= tolerance),
    `${actual} instead of ${expected}`,
  );
}

/** An image of one colour. */
const plain = (background: string, width = 64, height = 48) =>
  sharp({ create: { width, height, channels: 3, background } });

/** Left half red, right half blue. */
const halves = () =>
  plain("red").composite([{
    input: { create: { width: 32, height: 48, channels: 3, background: "blue" } },
    left: 32,
    top: 0,
  }]);

Deno.test("the shorter side becomes at most 500 px, proportions are kept, smaller images stay", async () => {
  for (
    const [width, height, storedWidth, storedHeight] of [
      [1200, 900, 667, 500],
      [900, 1200, 500, 667],
      [2000, 500, 2000, 500],
      [320, 200, 320, 200],
      [1, 1, 1, 1],
    ]
  ) {
    const { facts, image } = await store(plain("green", width, height).jpeg());
    assert.deepEqual([facts.width, facts.height], [storedWidth, storedHeight]);
    assert.deepEqual([facts.originalWidth, facts.originalHeight], [width, height]);
    const { format, width: w, height: h, exif, icc } = await sharp(image).metadata();
    assert.deepEqual([format, w, h, exif, icc], ["jpeg", storedWidth, storedHeight, undefined, undefined]);
  }
});

Deno.test("what is known of the file as it came", async () => {
  const file = new Uint8Array(await photograph(3).jpeg({ quality: 50 }).toBuffer());
  const { facts } = await store(file);
  assert.equal(facts.sha256, createHash("sha256").update(file).digest("hex"));
  assert.deepEqual([facts.originalFormat, facts.originalBytes, facts.jpegQuantisation!.length], [
    "jpeg",
    file.length,
    2,
  ]);
  for (const format of ["png", "webp", "gif"] as const) {
    const { facts } = await store(photograph(3).toFormat(format));
    assert.deepEqual([facts.originalFormat, facts.jpegQuantisation], [format, undefined]);
  }
});

Deno.test("the same bytes are stored alike, with one encoder setting for all formats", async () => {
  const [once, again] = [await store(photograph(4).png()), await store(photograph(4).png())];
  assert.deepEqual(once.image, again.image);
  const tables = async (image: Uint8Array) => (await store(image)).facts.jpegQuantisation;
  const other = await store(photograph(5).webp());
  assert.deepEqual(await tables(once.image), await tables(other.image));
});

Deno.test("every EXIF orientation is stored upright", async () => {
  // Where the red half of `halves` is to be seen, by the EXIF standard's meaning of each value.
  const red = [, "left", "right", "right", "left", "top", "top", "bottom", "bottom"];
  const place = { left: [0.1, 0.5], right: [0.9, 0.5], top: [0.5, 0.1], bottom: [0.5, 0.9] };
  for (let orientation = 1; orientation <= 8; orientation++) {
    const { facts, image } = await store(halves().jpeg({ quality: 100 }).withMetadata({ orientation }));
    const side = red[orientation] as keyof typeof place;
    assertColour(await colourAt(image, place[side][0], place[side][1]), [254, 0, 0], 10);
    const size = orientation > 4 ? [48, 64] : [64, 48];
    assert.deepEqual([facts.width, facts.height, facts.originalWidth, facts.originalHeight], [
      ...size,
      ...size,
    ], `${orientation}`);
  }
});

Deno.test("grey, palette, 16-bit, CMYK and wide-gamut images come out in the right colours", async () => {
  const colour = [200, 100, 50];
  const image = plain("rgb(200, 100, 50)");
  assertColour(await colourAt((await store(image.clone().png({ palette: true }))).image, 0.5, 0.5), colour);
  assertColour(
    await colourAt((await store(image.clone().toColourspace("rgb16").png())).image, 0.5, 0.5),
    colour,
  );
  assertColour(
    await colourAt((await store(plain("rgb(90, 90, 90)").toColourspace("b-w").jpeg())).image, 0.5, 0.5),
    [90, 90, 90],
  );
  const cmyk = plain("rgb(120, 130, 140)").withIccProfile("cmyk").toColourspace("cmyk").jpeg({
    quality: 100,
  });
  assert.equal((await sharp(await cmyk.clone().toBuffer()).metadata()).channels, 4);
  assertColour(await colourAt((await store(cmyk)).image, 0.5, 0.5), [120, 130, 140], 8);
  const wide = new Uint8Array(await image.clone().withIccProfile("p3").jpeg({ quality: 100 }).toBuffer());
  const [uncorrected] = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
  assert.ok(uncorrected < 190, `${uncorrected}: its numbers mean another colour`);
  assertColour(await colourAt((await store(wide)).image, 0.5, 0.5), colour);
});

Deno.test("transparency becomes white, an animation its first frame", async () => {
  const clear = sharp({
    create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  });
  assertColour(await colourAt((await store(clear.png())).image, 0.5, 0.5), [255, 255, 255]);
  const frames = [plain("red", 16, 16), plain("blue", 16, 16)].map((frame) => frame.png().toBuffer());
  for (const format of ["gif", "webp"] as const) {
    const animation = sharp(await Promise.all(frames), { join: { animated: true } }).toFormat(format);
    const { facts, image } = await store(animation);
    assert.deepEqual([facts.width, facts.height], [16, 16]);
    assertColour(await colourAt(image, 0.5, 0.5), [255, 0, 0], 10);
  }
});

Deno.test("bombs are refused by their header", async () => {
  assert.equal(
    await failure(new Uint8Array(await plain("red", 300, 300).png().toBuffer()), { maxPixels: 89_999 }),
    "too_many_pixels",
  );
  const flat = new Uint8Array(await plain("red", 2500, 2500).png({ compressionLevel: 9 }).toBuffer());
  assert.equal(await failure(flat, { maxRatio: 500 }), "too_many_pixels");
  const announced = flat.slice();
  new DataView(announced.buffer).setUint32(16, 60_000);
  new DataView(announced.buffer).setUint32(20, 60_000);
  const began = performance.now();
  assert.match(await failure(announced), /^(too_many_pixels|damaged)$/);
  assert.ok(performance.now() - began < 500, "without decoding");
  const gif = new Uint8Array(await plain("red", 16, 16).gif().toBuffer());
  const frame = gif.lastIndexOf(0x2c); // the image descriptor: its size follows four bytes later
  for (const at of [6, 8, frame + 5, frame + 7]) new DataView(gif.buffer).setUint16(at, 65_000, true);
  assert.equal(await failure(gif), "too_many_pixels");
});

Deno.test("what is no image, another format, or damaged has its reason", async () => {
  const jpeg = new Uint8Array(await photograph(6, 200, 150).jpeg().toBuffer());
  assert.equal(await failure(new TextEncoder().encode("<!DOCTYPE html><html>")), "not_an_image");
  assert.equal(await failure(new Uint8Array()), "not_an_image");
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
  assert.equal(await failure(svg), "format_not_supported");
  for (const format of ["tiff", "avif"] as const) {
    const file = new Uint8Array(await photograph(6).toFormat(format).toBuffer());
    assert.equal(await failure(file), "format_not_supported", format);
  }
  assert.equal(await failure(jpeg.subarray(0, jpeg.length / 2)), "damaged");
  assert.equal(await failure(jpeg.subarray(0, 20)), "damaged");
  const png = new Uint8Array(await photograph(6).png().toBuffer());
  png[60] ^= 255;
  assert.equal(await failure(png), "damaged");
});
