import assert from "node:assert/strict";
import { transformSheet, transformTable } from "../../src/notebook/mod.ts";
import { sheetOf } from "../../src/notebook/transform_sheet.ts";
import { transforms } from "../../src/train/mod.ts";
import { TINY_DATASETS } from "../made/notebook/tiny_runs.ts";

/** A square image of a gradient with a dark corner. */
function square(channels: 1 | 3, side = 24) {
  const pixels = Uint8Array.from({ length: side * side * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % side, Math.floor(i / channels / side)];
    return x < 8 && y < 8 ? 20 : 40 + 5 * x + 3 * y + 10 * (i % channels);
  });
  return { pixels, width: side, height: side, channels };
}

for (const channels of [1, 3] as const) {
  Deno.test(`the sheet and the table show every transform of the registry, ${channels} channels`, async () => {
    const image = square(channels);
    const partner = { ...image, pixels: image.pixels.map((value) => 255 - value) };
    const kept = image.pixels.slice();
    const bundle = await (await sheetOf(image, partner)).bundle();
    assert.deepEqual(image.pixels, kept, "the image itself stays");
    const sheet = `${bundle["text/plain"]}`.replaceAll(/(?<=[a-z]) (?=[A-Z])/g, "");
    const listed = `${(await transformTable().bundle())["text/plain"]}`;
    for (const { name } of transforms) {
      assert.ok(sheet.includes(name), `${name} is not on the sheet`);
      assert.ok(listed.includes(name), `${name} is not in the table`);
    }
    assert.ok(`${bundle["image/png"]}`.length > 1000);
  });
}

Deno.test("transformSheet: every transform on an image of the dataset, which the seed chooses", async () => {
  const shown = async (seed?: number) => (await transformSheet(TINY_DATASETS[0], { seed })).bundle();
  const [first, again, other] = [await shown(), await shown(0), await shown(1)];
  assert.deepEqual(again, first);
  assert.notEqual(other["image/png"], first["image/png"]);
  assert.equal(other["text/plain"], first["text/plain"]);
  assert.equal(first["text/plain"], (await (await sheetOf(square(3), square(3))).bundle())["text/plain"]);
});
