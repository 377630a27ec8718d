import assert from "node:assert/strict";
import sharp from "sharp";
import { renderPng, renderSvg } from "../../src/figures/mod.ts";
import { encodePng } from "../../src/images/mod.ts";
import { FIGURES } from "../made/figures/examples.ts";

Deno.test("renderPng: every figure, at twice its size, on white, with nothing cut at the edges", async () => {
  for (const [name, draw] of Object.entries(FIGURES)) {
    const figure = draw();
    const before = structuredClone(figure);
    const png = await renderPng(figure);
    assert.deepEqual(figure, before, `${name} was changed by drawing it`);
    const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [1520, 2 * (figure.layout.height as number)], name);
    const edge = (at: number) => {
      const [x, y] = [at % info.width, Math.floor(at / info.width)];
      return x < 4 || y < 4 || x >= info.width - 4 || y >= info.height - 4;
    };
    assert.ok(data.every((value, at) => !edge(at) || value > 250), `${name} touches its edge`);
    assert.ok(png.length < 150_000, `${name} takes ${png.length} bytes`);
  }
});

Deno.test("renderPng: the background, the size and the scale can be chosen", async () => {
  const png = await renderPng(FIGURES.confusion(), {
    background: "#111111",
    width: 600,
    height: 500,
    scale: 1,
  });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, data[0], data[1], data[2]], [600, 500, 17, 17, 17]);
});

Deno.test("renderSvg: titles, ticks and the cells of a heat map are there", async () => {
  const svg = await renderSvg(FIGURES.confusion());
  for (const text of ["called", "is from", "mingcute", "61.0%"]) assert.ok(svg.includes(text), text);
  const image = svg.match(/data:image\/svg\+xml;base64,([^"]+)/);
  assert.ok(image && atob(image[1]).match(/<rect/g)?.length === 36);
});

// Encoding, as decoding, shuts libvips' parser of SVG for the whole process.
Deno.test("renderPng: a figure is drawn after an image has been encoded", async () => {
  await encodePng({ pixels: new Uint8Array(3), width: 1, height: 1, channels: 3 });
  assert.ok((await renderPng(FIGURES.confusion())).length > 1000);
});
