import assert from "node:assert/strict";
import sharp from "sharp";
import { viridis } from "../../src/interpret/mod.ts";
import { heatMaps } from "../../src/notebook/mod.ts";
import { exampleImage } from "../made/notebook/examples.ts";

const grid = { values: Float32Array.of(0, 1, 0.25, 0.5), height: 2, width: 2 };

Deno.test("heatMaps: each image with its map at its side, both captioned", async () => {
  const images = [{ image: exampleImage("said ph"), grid, caption: "ph 0.97" }];
  const bundle = await heatMaps("Where it looks", [{ label: "Grad-CAM", images }], { opacity: 1 }).bundle();
  assert.equal(bundle["text/plain"], "Where it looks\nGrad-CAM: 2 images (said ph; ph 0.97)");
  const png = Uint8Array.fromBase64(`${bundle["image/png"]}`);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const has = (color: number[]) => {
    for (let at = 0; at < data.length; at += info.channels) {
      if (color.every((value, c) => data[at + c] === value)) return true;
    }
    return false;
  };
  assert.ok(has(viridis(0)) && has(viridis(1)), "the map reaches both ends of its colors");
  assert.ok(has([252, 252, 252]), "the image's own grey");
});

Deno.test("heatMaps: a small image's map is smooth, not made of its pixels", async () => {
  const images = [{ image: exampleImage(), grid }];
  const bundle = await heatMaps("m", [{ label: "", images }], { opacity: 1 }).bundle();
  const png = Uint8Array.fromBase64(`${bundle["image/png"]}`);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const colors = new Set<string>();
  for (let at = 0; at < data.length; at += info.channels) colors.add(`${data.subarray(at, at + 3)}`);
  assert.ok(colors.size > 64 + 64, `${colors.size} colors`);
});
