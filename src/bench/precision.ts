/** `deno task bench precision`: one whole experiment in float32 and in bfloat16. */
import { baseline, run, type RunRecord } from "../experiments/mod.ts";
import type { Precision } from "../tensorflow/mod.ts";

/** One experiment's outcome. */
export interface PrecisionBenchRow {
  datasets: string[];
  precision: Precision;
  /** Accuracy on `n` validation images, with its 95% interval. */
  accuracy: number;
  low: number;
  high: number;
  n: number;
  /** Whether the accuracy lies in the interval of the other precision. */
  within_the_other: boolean;
  seconds: number;
}

const DATASETS = ["tabler", "phosphor", "mdi"];

function row(precision: Precision, { result }: RunRecord, other: RunRecord): PrecisionBenchRow {
  const { value, low, high, n } = result.accuracy;
  const { low: least, high: most } = other.result.accuracy;
  return {
    datasets: DATASETS,
    precision,
    accuracy: value,
    low,
    high,
    n,
    within_the_other: value >= least && value <= most,
    seconds: result.seconds,
  };
}

/**
 * Trains notebook 01's first combination at the `laptop` preset in both precisions. The runs are
 * recorded like any other.
 */
export async function benchPrecision(): Promise<PrecisionBenchRow[]> {
  const records = [];
  for (const precision of ["float32", "bfloat16"] as const) {
    records.push(await run(baseline({ preset: "laptop", datasets: DATASETS, recipe: { precision } })));
  }
  const [float32, bfloat16] = records;
  return [row("float32", float32, bfloat16), row("bfloat16", bfloat16, float32)];
}
