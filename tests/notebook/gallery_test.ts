import assert from "node:assert/strict";
import sharp from "sharp";
import { gallery, type GalleryImage } from "../../src/notebook/mod.ts";
import { exampleImage } from "../made/notebook/examples.ts";

async function render(rows: Parameters<typeof gallery>[1]) {
  const bundle = await gallery("Random samples", rows).bundle();
  const png = Uint8Array.fromBase64(`${bundle["image/png"]}`);
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { text: `${bundle["text/plain"]}`, data, info, png };
}

const color = (rgb: number[], caption?: string): GalleryImage => ({
  pixels: Uint8Array.from({ length: 16 * 3 }, (_, i) => rgb[i % 3]),
  side: 4,
  channels: 3,
  caption,
});

Deno.test("gallery: one PNG with the images' own pixels, and the captions as text", async () => {
  const rows = [
    { label: "tabler", images: [color([255, 0, 0], "said ph 0.97, is mdi"), exampleImage()] },
    { label: "phosphor", images: [color([0, 0, 255])] },
  ];
  const { text, data, info } = await render(rows);
  assert.equal(
    text,
    "Random samples\ntabler: 2 images (said ph 0.97, is mdi)\nphosphor: 1 image",
  );
  const count = (rgb: number[]) => {
    let pixels = 0;
    for (let at = 0; at < data.length; at += info.channels) {
      if (rgb.every((value, c) => data[at + c] === value) && data[at + 3] === 255) pixels++;
    }
    return pixels;
  };
  const square = (2 * 92) ** 2;
  for (const rgb of [[255, 0, 0], [0, 0, 255]]) {
    assert.ok(count(rgb) > 0.95 * square && count(rgb) <= square, `${count(rgb)} pixels of ${rgb}`);
  }
  assert.equal(data[3], 0, "the page's own background shows");
});

Deno.test("gallery: more images than fit in a row go on below", async () => {
  const images = Array.from({ length: 20 }, () => exampleImage());
  const [wide, narrow] = [
    await render([{ label: "a", images }]),
    await render([{ label: "a", images: [images[0]] }]),
  ];
  assert.ok(wide.info.height > 2.5 * (narrow.info.height - 60));
  assert.ok(wide.info.width < 9 * 2 * (64 + 8));
});

Deno.test("gallery: labels and captions can't become markup, and long ones stay inside", async () => {
  const caption =
    '<image href="file:///etc/passwd"/> & a very long sentence that goes on far beyond its three lines';
  const { info } = await render([{ label: "<b>&", images: [exampleImage(caption)] }]);
  assert.ok(info.width < 600);
});

Deno.test("gallery: no rows and empty rows are no error; wrong pixels are", async () => {
  await render([]);
  await render([{ label: "nothing", images: [] }]);
  const wrong = { ...exampleImage(), side: 9 };
  assert.throws(
    () => gallery("g", [{ label: "tabler", images: [wrong] }]),
    /image 1 of "tabler" has 64 bytes; 9x9 pixels of 1 channels take 81/,
  );
});
