/**
 * The input pipeline as a contestant of `deno task bench photos`: a process of its own, so that its memory is its own. It reads lines
 * from its standard input and answers each with a line of JSON:
 *
 *     {…configuration} -> {"version", "in_place"}, the images that are read from a shard
 *     round            -> {"images_per_second"}
 *     memory           -> {"megabytes"}, the peak of its resident memory
 */
import { openPool, type Pool, startBatchWorkers } from "../../data/mod.ts";
import type { PhotosConfig } from "../bench_photos.ts";
import { lines, peakMemory } from "./contestant_process.ts";
import { RECIPE } from "./timm.ts";

/** A function that takes batches of a pool for so long and returns images a second. */
async function startRounds(pool: Pool, config: PhotosConfig): Promise<() => Promise<number>> {
  const { image, batch, workers, seconds, discarded } = config;
  const threads = startBatchWorkers({ workers });
  await threads.ready;
  const indices = [new Int32Array(pool.images.length).map((_, i) => i)];
  const source = {
    pools: [pool],
    indices,
    imageSize: image,
    batchSize: batch,
    augmentation: RECIPE,
    seed: 0,
  };
  const batches = threads.training(source);
  let step = 0;
  return async () => {
    for (let i = 0; i < discarded; i++) await batches.batch(step++);
    const [first, began] = [step, performance.now()];
    while (performance.now() - began < seconds * 1000) await batches.batch(step++);
    return (step - first) * batch * 1000 / (performance.now() - began);
  };
}

const answer = (value: unknown) => console.log(JSON.stringify(value));

if (import.meta.main) {
  let round: (() => Promise<number>) | undefined;
  for await (const line of lines()) {
    if (!round) {
      const config: PhotosConfig = JSON.parse(line);
      const pool = await openPool(config.dataset, {
        manifests: new URL(config.manifests),
        root: config.root,
      });
      round = await startRounds(pool, config);
      answer({ version: `Deno ${Deno.version.deno}`, in_place: pool.inPlace });
    } else if (line === "memory") answer({ megabytes: [Math.round(peakMemory())] });
    else answer({ images_per_second: await round() });
  }
  Deno.exit(0);
}
