/** `deno task bench sweep`: where the time of a sweep of `laptop` runs goes. */
import { baseline, type RunRecord, sweep } from "../experiments/mod.ts";
import { icons } from "./icons.ts";

/** One run of the sweep: seconds of its parts. */
export interface SweepBenchRow {
  run: number;
  /** From the call to the record. */
  total: number;
  /** `total`, relative to the steps alone. */
  total_to_steps: number;
  /** Training steps without `tracing`. */
  steps: number;
  /** What the first epoch's steps took more than those of the others: tracing, compiling. */
  tracing: number;
  /** On the validation images, at each epoch's end. */
  evaluation: number;
  /** On training images without augmentation, once. */
  training_images: number;
  checkpoints: number;
  /** Opening pools and making what is missing of them. */
  pools: number;
  engine: number;
  record: number;
  /** The rest: choosing images, making the network, writing its weights. */
  rest: number;
  /** Images a second of the steps. */
  images_per_second: number;
  /** Share of the steps' time in which they waited for images, [0, 1]. */
  input_wait: number;
}

/** Of seeds that are reported nowhere. */
const SEEDS = [100, 101, 102];

/** Runs notebook 01's first combination with three seeds, one after another, in a folder of its own. */
export async function benchSweep(): Promise<SweepBenchRow[]> {
  const runs = await Deno.makeTempDir();
  const rows: SweepBenchRow[] = [];
  try {
    for (const seed of SEEDS) {
      const experiment = baseline({ preset: "laptop", datasets: icons().slice(0, 3), seed });
      performance.clearMeasures();
      const start = performance.now();
      const [record] = await sweep([experiment], { runs });
      const total = (performance.now() - start) / 1000;
      rows.push({ run: rows.length + 1, ...partsOf(record, total) });
      console.error(JSON.stringify(rows.at(-1)));
    }
  } finally {
    performance.clearMeasures();
    await Deno.remove(runs, { recursive: true });
  }
  return rows;
}

/** Seconds of each time that a part was done. */
const secondsOf = (part: string) =>
  performance.getEntriesByName(part, "measure").map(({ duration }) => duration / 1000);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function partsOf({ experiment, result }: RunRecord, total: number): Omit<SweepBenchRow, "run"> {
  const [first, ...others] = secondsOf("steps");
  const usual = sum(others) / others.length;
  const steps = usual * (others.length + 1);
  const parts = {
    steps,
    tracing: first - usual,
    evaluation: sum(secondsOf("evaluation")),
    training_images: sum(secondsOf("training images")),
    checkpoints: sum(secondsOf("checkpoint")),
    pools: sum(secondsOf("pools")),
    engine: sum(secondsOf("engine")),
    record: sum(secondsOf("record")),
  };
  const { epochs, samplesPerEpoch } = experiment.recipe;
  return {
    total,
    total_to_steps: total / steps,
    ...parts,
    rest: total - sum(Object.values(parts)),
    images_per_second: epochs * samplesPerEpoch / steps,
    input_wait: result.inputWait ?? 0,
  };
}
