import assert from "node:assert/strict";
import sharp from "sharp";
import { decode, encodePng, PIXEL_LIMIT, rasterize, squareSvg } from "../../../src/images/mod.ts";

const BOX = { left: 0, top: 0, width: 2, height: 2 };

Deno.test("an SVG is drawn in black on the background, grey or RGB", async () => {
  const half = squareSvg('<path fill="currentColor" d="M0 0h1v2H0z"/>', BOX, 16);
  const grey = await rasterize(half, 16, 1, "#ffffff");
  assert.equal(grey.length, 256);
  assert.deepEqual([grey[0], grey[7], grey[8], grey[255]], [0, 0, 255, 255]);
  const rgb = await rasterize(squareSvg('<path fill="#f00" d="M0 0h1v2H0z"/>', BOX, 16), 16, 3, "#00ff00");
  assert.deepEqual([...rgb.subarray(0, 3), ...rgb.subarray(45, 48)], [255, 0, 0, 0, 255, 0]);
});

Deno.test("a drawing that is not square is centred, with its proportions kept", async () => {
  const wide = squareSvg('<path d="M0 0h4v2H0z"/>', { left: 0, top: 0, width: 4, height: 2 }, 16);
  const pixels = await rasterize(wide, 16, 1, "#ffffff");
  assert.deepEqual([0, 3, 4, 11, 12, 15].map((y) => pixels[y * 16]), [255, 255, 0, 0, 255, 255]);
});

Deno.test("an SVG cannot fetch: neither files nor hosts", async () => {
  let asked = 0;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    asked++;
    return new Response(null, { status: 404 });
  });
  const folder = await Deno.makeTempDir();
  try {
    const png = await encodePng({ pixels: new Uint8Array(12), height: 2, width: 2, channels: 3 });
    await Deno.writeFile(`${folder}/black.png`, png);
    for (const href of [`file://${folder}/black.png`, `http://127.0.0.1:${server.addr.port}/black.png`]) {
      const pixels = await rasterize(
        squareSvg(`<image href="${href}" xlink:href="${href}" width="2" height="2"/>`, BOX, 8),
        8,
        1,
        "#ffffff",
      );
      assert.ok(pixels.every((value) => value === 255), href);
    }
    assert.equal(asked, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("JPEG, PNG, WebP and GIF are decoded; other formats are refused", async () => {
  const image = { pixels: new Uint8Array(8 * 4 * 3).fill(200), height: 4, width: 8, channels: 3 };
  const raw = sharp(image.pixels, { raw: { width: 8, height: 4, channels: 3 } });
  assert.deepEqual(await decode(await encodePng(image), 3), image);
  for (const format of ["jpeg", "webp", "gif"] as const) {
    const { pixels, height, width } = await decode(await raw.clone()[format]().toBuffer(), 3);
    assert.deepEqual([height, width], [4, 8]);
    assert.ok(pixels.every((value) => Math.abs(value - 200) <= 2));
  }
  const text = (words: string) => new TextEncoder().encode(words);
  for (
    const [file, kind] of [
      [await raw.clone().tiff().toBuffer(), /it is a picture in the format TIFF/],
      [text(squareSvg("", BOX, 8)), /it is an SVG drawing/],
      [text('<?xml version="1.0"?>\n<svg/>'), /it is an SVG drawing/],
      [text("\n<!DOCTYPE html><title>404</title>"), /it is an HTML page/],
      [new Uint8Array(), /it is empty/],
    ] as const
  ) await assert.rejects(decode(file, 3), kind);
});

Deno.test("what is damaged or too large is an error", async () => {
  const png = await encodePng({ pixels: new Uint8Array(64 * 64 * 3), height: 64, width: 64, channels: 3 });
  await assert.rejects(decode(png.subarray(0, png.length - 40), 3));
  const side = Math.ceil(Math.sqrt(PIXEL_LIMIT)) + 1;
  await assert.rejects(rasterize(squareSvg("", BOX, side), side, 1, "#ffffff"), /pixel limit/i);
  await assert.rejects(rasterize("<svg", 16, 1, "#ffffff"));
});
