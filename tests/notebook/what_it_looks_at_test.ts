import assert from "node:assert/strict";
import sharp from "sharp";
import { RunFolder } from "../../src/experiments/mod.ts";
import { viridis } from "../../src/interpret/heat_map.ts";
import { gallery, whatItLooksAt } from "../../src/notebook/mod.ts";
import { heatMapPicture } from "../../src/notebook/what_it_looks_at.ts";
import { tf } from "../../src/tensorflow/mod.ts";
import { exampleImage } from "../made/notebook/examples.ts";
import { TINY_DATASETS, tinyRun, tinyRuns } from "../made/notebook/tiny_runs.ts";

const grid = { values: Float32Array.of(0, 1, 0.25, 0.5), height: 2, width: 2 };

Deno.test("heatMapPicture: an image with its map at its side, both captioned", async () => {
  const image = exampleImage("said ph");
  const images = [image, { ...heatMapPicture(image, grid, { opacity: 1 }), caption: "ph 0.97" }];
  const bundle = await gallery("Where it looks", [{ label: "Grad-CAM", images }]).bundle();
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

Deno.test("heatMapPicture: a small image's map is smooth, not made of its pixels", async () => {
  const image = exampleImage();
  const images = [image, heatMapPicture(image, grid, { opacity: 1 })];
  const bundle = await gallery("m", [{ label: "", images }]).bundle();
  const png = Uint8Array.fromBase64(`${bundle["image/png"]}`);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const colors = new Set<string>();
  for (let at = 0; at < data.length; at += info.channels) colors.add(`${data.subarray(at, at + 3)}`);
  assert.ok(colors.size > 64 + 64, `${colors.size} colors`);
});

Deno.test("whatItLooksAt: the images of each dataset, and below them the maps of the methods that suit the networks", async () => {
  using _runs = tinyRuns();
  const [convnext, vit] = [await tinyRun("convnext"), await tinyRun("vit")];
  const tensors = tf.memory().numTensors;
  const text = async (...[records, options]: Parameters<typeof whatItLooksAt>) =>
    `${(await (await whatItLooksAt(records, options)).bundle())["text/plain"]}`.split("\n")
      .map((line) => line.replace(/ \(.*/, ""));
  assert.deepEqual(await text(convnext), [
    "What convnext looks at",
    ...TINY_DATASETS.flatMap((name) => [`${name}: 4 images`, "Grad-CAM: 4 images", "occlusion: 4 images"]),
  ]);
  assert.deepEqual(await text([convnext, vit], { each: 2 }), [
    "What each network looks at",
    "image: 6 images",
    "convnext: Grad-CAM: 6 images",
    "vit: rollout: 6 images",
  ]);
  assert.equal(tf.memory().numTensors, tensors);
});

Deno.test("whatItLooksAt: networks that were evaluated on different images, or too many images, are refused", async () => {
  using _runs = tinyRuns();
  const convnext = await tinyRun("convnext");
  await assert.rejects(
    () => whatItLooksAt(convnext, { each: 9 }),
    /each is 9; give a whole number from 1 to 8/,
  );
  const other = new RunFolder("0123456789abcdef");
  Deno.mkdirSync(other.path);
  await other.finish((await new RunFolder(convnext.hash).predictions()).toReversed(), convnext.result);
  const runs = [convnext, { ...convnext, hash: other.hash }];
  await assert.rejects(() => whatItLooksAt(runs), /evaluated on different images/);
  const ofOthers = { ...convnext, experiment: { ...convnext.experiment, datasets: ["a", "b", "c"] } };
  await assert.rejects(() => whatItLooksAt([convnext, ofOthers]), /evaluated on different images/);
  await assert.rejects(() => whatItLooksAt([]), /There is no run; give one or more/);
});
