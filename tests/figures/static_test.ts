import assert from "node:assert/strict";
import { type Figure, renderSvg, withoutControls } from "../../src/figures/mod.ts";
import { encodePng, loadSharpForDrawings } from "../../src/images/mod.ts";
import { FIGURES } from "../made/figures/examples.ts";

/** The pixels of a figure's SVG, `scale` of them a px. */
async function pixelsOf(figure: Figure, scale: number, options = {}) {
  const sharp = await loadSharpForDrawings();
  const drawing = sharp(new TextEncoder().encode(await renderSvg(figure, options)), { density: 72 * scale });
  return await drawing.removeAlpha().raw().toBuffer({ resolveWithObject: true });
}

Deno.test("every figure is drawn at its size, on white, with nothing cut at the edges", async () => {
  for (const [name, draw] of Object.entries(FIGURES)) {
    const figure = draw();
    const before = structuredClone(figure);
    const { data, info } = await pixelsOf(figure, 2);
    assert.deepEqual(figure, before, `${name} was changed by drawing it`);
    assert.deepEqual(
      [info.width, info.height],
      [1520, 2 * (withoutControls(figure).layout.height as number)],
      name,
    );
    const { width, height } = info;
    const isWhite = (x: number, y: number) => data[3 * (y * width + x)] > 250;
    const [across, down] = [width, height].map((side) => Array.from({ length: side }, (_, i) => i));
    const uncut = across.every((x) => isWhite(x, 0) && isWhite(x, 3) && isWhite(x, height - 1)) &&
      down.every((y) => isWhite(0, y) && isWhite(3, y) && isWhite(width - 4, y) && isWhite(width - 1, y));
    assert.ok(uncut, `${name} touches its edge`);
  }
});

Deno.test("the background and the size can be chosen; on white the text is darker than the theme's", async () => {
  const chosen = { background: "#111111", width: 600, height: 500 };
  const { data, info } = await pixelsOf(FIGURES.confusion(), 1, chosen);
  assert.deepEqual([info.width, info.height, data[0], data[1], data[2]], [600, 500, 17, 17, 17]);
  const [dark, white] = [await renderSvg(FIGURES.confusion(), chosen), await renderSvg(FIGURES.confusion())];
  assert.ok(dark.includes("fill: rgb(117, 117, 117)") && !white.includes("rgb(117, 117, 117)"));
  assert.ok(white.includes("fill: rgb(68, 68, 68)"));
});

Deno.test("renderSvg: titles, ticks and the cells of a heat map are there", async () => {
  const svg = await renderSvg(FIGURES.confusion());
  for (const text of ["called", "is from", "mingcute", "61.0%"]) assert.ok(svg.includes(text), text);
  const image = svg.match(/data:image\/svg\+xml;base64,([^"]+)/);
  assert.ok(image && atob(image[1]).match(/<rect/g)?.length === 36);
});

// Encoding, as decoding, shuts libvips' parser of SVG for the whole process.
Deno.test("a figure is drawn after an image has been encoded", async () => {
  await encodePng({ pixels: new Uint8Array(3), width: 1, height: 1, channels: 3 });
  assert.equal((await pixelsOf(FIGURES.confusion(), 1)).info.width, 760);
});
