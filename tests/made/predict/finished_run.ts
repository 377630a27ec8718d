/** A finished run for tests of prediction, and images that its network has been evaluated on. */
import { join } from "node:path";
import { indicesByKey, openPool } from "../../../src/data/mod.ts";
import { baseline, type Experiment, run, RunFolder } from "../../../src/experiments/mod.ts";
import { encodePng } from "../../../src/images/mod.ts";
import { shared } from "../experiments/runs.ts";

export const datasets = ["tabler", "phosphor", "mdi"];
/** With batch norms and a moving average: all kinds of values that a network has. */
const model: Experiment["model"] = {
  family: "resnet",
  block: "basic",
  depths: [1, 1],
  dims: [8, 16],
  stemDim: 8,
  stem: "3x3",
};
/** At the smoke preset, with a filter that is not the default. */
export const experiment = baseline({
  datasets,
  preset: "smoke",
  model,
  recipe: { ema: 0.9 },
  inferenceInterpolation: "bicubic",
});
/** Folder of its record. */
export const runs = Deno.makeTempDirSync();
/** The hash of its run, and a folder of validation images; see {@link validationImages}. */
export const finished = shared(async () => {
  const { hash } = await run(experiment, { runs });
  return { hash, folder: await validationImages(hash, 30) };
});

/**
 * The first validation images of each dataset as `dataset/number.png`, exactly the pixels that the run was
 * evaluated on.
 */
async function validationImages(hash: string, each: number): Promise<string> {
  const folder = Deno.makeTempDirSync();
  const predictions = await new RunFolder(hash, runs).predictions();
  for (const [label, name] of datasets.entries()) {
    using pool = await openPool(name);
    Deno.mkdirSync(join(folder, name));
    const { side, channels } = pool;
    const shown = predictions.filter((prediction) => prediction.label === label).slice(0, each);
    for (const [i, { key }] of shown.entries()) {
      const pixels = pool.read(indicesByKey(pool.images, [key]).get(key)!);
      const png = await encodePng({ pixels, width: side, height: side, channels });
      Deno.writeFileSync(join(folder, name, `${String(i).padStart(2, "0")}.png`), png);
    }
  }
  return folder;
}
