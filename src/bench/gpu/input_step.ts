/**
 * A training from a pool of made-up photographs, whose waiting is measured. It reads lines from its standard
 * input and answers each with a line of JSON:
 *
 *     {…work} -> {…outcome}, or {"skipped": why} where the machine cannot make photographs
 */
import { linesOf } from "../../disk/mod.ts";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { openPool, startBatchWorkers, validationBatches } from "../../data/mod.ts";
import { randomCrop } from "../../images/mod.ts";
import { createModel } from "../../models/mod.ts";
import { isOnGpu, startEngine } from "../../tensorflow/mod.ts";
import { paperRecipe, type StepProgress, train } from "../../train/mod.ts";
import { type GpuPlan, recipePrecision } from "./plan.ts";

/** One training. */
export type InputWork = Omit<GpuPlan["input"], "stored"> & {
  batch: number;
  stored: GpuPlan["input"]["stored"][number];
  /** Folder for the photographs and all that is made of them. */
  root: string;
};

/** What came out of it. */
export interface InputOutcome {
  /** Share of the time in which the step waited for its images. */
  waiting: number;
  images_per_second: number;
  batch_threads: number;
  cores: number;
  steps: number;
  seconds: number;
}

/** The paper's (Table 9), without MixUp and CutMix, which are the step's. */
const AUGMENTATION = {
  ...randomCrop,
  interpolation: "bicubic",
  randAugment: "rand-m9-mstd0.5-inc1",
} as const;

const SHORTER = 500;

/** Photographs as JPEG files and the manifests of both forms of their pools, in a folder. */
async function makeDatasets({ root, photographs, side }: InputWork): Promise<void> {
  const { makePhotographs } = await import("../photos.ts");
  const { writeManifest } = await import("../made_datasets.ts");
  await Deno.mkdir(`${root}/images`);
  await makePhotographs(`${root}/images`, photographs);
  const dataset = { source: { type: "folder", path: "images" }, images: photographs };
  writeManifest(root, { ...dataset, name: "pixels", render: { side } });
  writeManifest(root, { ...dataset, name: "jpeg", render: { shorter: SHORTER } });
}

/** Watches a training: what it waits and how many steps it takes, after a time of warming up. */
class Watch {
  readonly #work: InputWork;
  readonly #stop: () => void;
  /** When the epoch began. */
  #began = 0;
  #warm: { step: number; at: number; waited: number } | undefined;
  #last = { step: 0, at: 0, waited: 0 };
  #first = 0;

  constructor(work: InputWork, stop: () => void) {
    [this.#work, this.#stop] = [work, stop];
  }

  begin = (): void => void (this.#began = performance.now());

  step = ({ step, inputWait }: StepProgress): void => {
    const at = (performance.now() - this.#began) / 1000;
    this.#last = { step, at, waited: inputWait * at };
    if (step === 1) this.#first = at; // it compiles, while batches are made ahead
    if (!this.#warm && at > this.#first + this.#work.warmUp) this.#warm = this.#last;
    if (this.#warm && at > this.#warm.at + this.#work.seconds) this.#stop();
  };

  outcome(): Pick<InputOutcome, "waiting" | "images_per_second" | "steps" | "seconds"> {
    const [from, to] = [this.#warm!, this.#last];
    const [steps, seconds] = [to.step - from.step, to.at - from.at];
    return {
      waiting: (to.waited - from.waited) / seconds,
      images_per_second: steps * this.#work.batch / seconds,
      steps,
      seconds,
    };
  }
}

async function measure(work: InputWork): Promise<InputOutcome> {
  const { model: name, image, batch, classes = 1000, precision, stored, root } = work;
  using pool = await openPool(stored, { manifests: pathToFileURL(`${root}/`), root: `${root}/pools` });
  using workers = startBatchWorkers({ gpu: isOnGpu() });
  await workers.ready;
  const indices = [Int32Array.from({ length: pool.images.length }, (_, i) => i)];
  const source = { pools: [pool], indices, imageSize: image, batchSize: batch };
  const training = workers.training({ ...source, augmentation: AUGMENTATION, seed: 0 });
  const stop = new AbortController();
  const watch = new Watch(work, () => stop.abort());
  const endless = 1_000_000;
  const folder = `${root}/training-${stored}`;
  await Deno.mkdir(folder);
  try {
    await train({
      model: createModel(name, classes, image),
      recipe: {
        ...paperRecipe,
        precision: recipePrecision(precision),
        batchSize: batch,
        epochs: 1,
        warmupEpochs: 0,
        samplesPerEpoch: batch * endless,
      },
      seed: 0,
      training,
      validation: validationBatches(source),
      folder,
      signal: stop.signal,
      onStart: watch.begin,
      onStep: watch.step,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  return { ...watch.outcome(), batch_threads: workers.threads, cores: availableParallelism() };
}

/** Why no photographs can be made here; undefined where they can. */
async function lacking(): Promise<string | undefined> {
  try {
    await import("sharp");
    return undefined;
  } catch (error) {
    return `no photographs are made here, sharp cannot be loaded: ${(error as Error).message.slice(0, 200)}`;
  }
}

if (import.meta.main) {
  let isMade = false;
  const skipped = await lacking();
  for await (const line of linesOf(Deno.stdin.readable)) {
    const work: InputWork = JSON.parse(line);
    if (skipped) {
      console.log(JSON.stringify({ skipped }));
      continue;
    }
    await startEngine();
    if (!isMade) await makeDatasets(work);
    isMade = true;
    console.log(JSON.stringify(await measure(work)));
  }
  Deno.exit(0);
}
