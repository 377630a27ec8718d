/**
 * The input pipeline as a contestant of `deno task bench photos`. It is a process, so that its memory is its
 * own. It reads lines from its standard input and answers each with a line of JSON:
 *
 *     {…configuration} -> {"version", "in_place"}, the number of images that are read from a shard
 *     round            -> {"images_per_second", "cpu_milliseconds"}, the latter an image, of all its threads
 *     memory           -> {"megabytes"}, the peak of its resident memory
 */
import { linesOf } from "../disk/mod.ts";
import process from "node:process";
import { openPool, type Pool, startBatchWorkers } from "../data/mod.ts";
import type { PhotosConfig, PhotosRound } from "./photos.ts";
import { residentMemory } from "./process.ts";
import { RECIPE } from "./timm.ts";

/** A function that takes batches of a pool for the time of one round. */
async function startRounds(pool: Pool, config: PhotosConfig): Promise<() => Promise<PhotosRound>> {
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
    const [first, began, cpu] = [step, performance.now(), process.cpuUsage()];
    while (performance.now() - began < seconds * 1000) await batches.batch(step++);
    const [images, { user, system }] = [(step - first) * batch, process.cpuUsage(cpu)];
    return {
      images_per_second: images * 1000 / (performance.now() - began),
      cpu_milliseconds: (user + system) / 1000 / images,
    };
  };
}

const answer = (value: unknown) => console.log(JSON.stringify(value));

if (import.meta.main) {
  let round: (() => Promise<PhotosRound>) | undefined;
  for await (const line of linesOf(Deno.stdin.readable)) {
    if (!round) {
      const config: PhotosConfig = JSON.parse(line);
      const pool = await openPool(config.dataset, {
        manifests: new URL(config.manifests),
        root: config.root,
      });
      round = await startRounds(pool, config);
      answer({ version: `Deno ${Deno.version.deno}`, in_place: pool.inPlace });
    } else if (line === "memory") answer({ megabytes: [Math.round(residentMemory().peak)] });
    else answer(await round());
  }
  Deno.exit(0);
}
