/**
 * `deno task bench steady`: the cost of determinism, and whether memory stays where it is over 20,000 steps.
 */
import { compete, startOurs, type Subject, subjectsNamed } from "./contestants.ts";

/** One model's figures. */
export interface SteadyBenchRow {
  model: string;
  /**
   * Images a second of training in float32, with TensorFlow's op determinism, as the
   * project trains, and without it.
   */
  deterministic: number;
  nondeterministic: number;
  /** Share of the rate that determinism costs. */
  cost: number;
  /**
   * Peak of the resident memory after so many steps, MB; null for a model whose steps take too long.
   * JavaScript's heap reaches its full size only after some thousand steps.
   */
  peak_after_1000_mb: number | null;
  peak_after_10000_mb: number | null;
  peak_after_20000_mb: number | null;
}

/** Steps a second above which 20,000 steps are measured. */
const FAST = 15;

async function peaks(subject: Subject): Promise<number[]> {
  await using contestant = await startOurs({ ...subject, batch: 32 }, "float32");
  const megabytes = [];
  for (const steps of [1000, 9000, 10_000]) {
    await contestant.time("train", steps);
    megabytes.push(Math.round((await contestant.memory()).megabytes));
  }
  return megabytes;
}

async function measure(subject: Subject): Promise<SteadyBenchRow> {
  const free = { env: { TF_DETERMINISTIC_OPS: "0" } };
  await using ours = await startOurs(subject, "float32");
  await using freed = await startOurs(subject, "float32", free);
  const contestants = new Map([["deterministic", ours], ["nondeterministic", freed]]);
  const { deterministic, nondeterministic } = await compete(contestants, "train", subject.batch);
  const isFast = deterministic / subject.batch > FAST;
  const [after1000, after10000, after20000] = isFast ? await peaks(subject) : [null, null, null];
  return {
    model: subject.model,
    deterministic,
    nondeterministic,
    cost: 1 - deterministic / nondeterministic,
    peak_after_1000_mb: after1000,
    peak_after_10000_mb: after10000,
    peak_after_20000_mb: after20000,
  };
}

/** Measures each model of the training benchmark, or only those that are named. */
export async function benchSteady(names?: readonly string[]): Promise<SteadyBenchRow[]> {
  const rows = [];
  for (const subject of subjectsNamed(names)) rows.push(await measure(subject));
  return rows;
}
