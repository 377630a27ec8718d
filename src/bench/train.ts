/**
 * `deno task bench train`: images a second of the training step, beside PyTorch and
 * plain tfjs in the same run.
 */
import { besideModule } from "../disk/mod.ts";
import { createModel, describe } from "../models/mod.ts";
import {
  compete,
  configOf,
  type Contestant,
  startContestant,
  startOurs,
  type Subject,
  subjectsNamed,
} from "./contestants.ts";
import { findOwnPython } from "../setup/mod.ts";
import { PYTORCH as PACKAGE } from "./peers.ts";

/** The figures of one model. Rates are images a second of training steps, medians over the rounds. */
export interface TrainBenchRow {
  model: string;
  batch: number;
  /** Side of the images, px. */
  image: number;
  parameters: number;
  /** The project's training step, op by op. */
  eager: number;
  /** The project's training step as one native call, as it trains, in float32. */
  compiled: number;
  /** The better of float32 and bfloat16. */
  compiled_best: number;
  /** tfjs as its own examples use it, on the same native library. */
  plain_tfjs: number;
  /** The best of PyTorch's modes, and which it is. */
  pytorch_best: number;
  pytorch_mode: string;
  /** `compiled_best / pytorch_best`. */
  ratio_to_pytorch: number;
  /** `compiled / ` PyTorch's best in float32. */
  ratio_in_float32: number;
  /** `compiled_best / eager`. */
  ratio_to_eager: number;
  /** `compiled_best / plain_tfjs`. */
  ratio_to_plain_tfjs: number;
  /** Peak of the resident memory of the process of `compiled_best` and of `pytorch_best`, MB. */
  peak_rss_mb: number;
  pytorch_peak_rss_mb: number;
  /** Seconds of tracing, compiling and the first step in float32. */
  first_step_s: number;
  /** Images a second of evaluation in float32, and in bfloat16. */
  evaluation: number;
  pytorch_evaluation: number;
  evaluation_bfloat16: number;
  pytorch_evaluation_bfloat16: number;
  /**
   * Floating point operations of a step, in billions: two for each multiply-add, forward once and backward
   * twice. Norms, activations and the optimizer are not counted.
   */
  gflops_a_step: number;
  /** Operations a second of the fastest product of matrices in this run, ours or PyTorch's, in billions. */
  peak_gflops: number;
  peak_gflops_bfloat16: number;
  /** Share of the peak in its own precision that `compiled_best`, and `pytorch_best`, reach. */
  share_of_peak: number;
  pytorch_share_of_peak: number;
  versions: string;
}

const OURS = ["float32", "bfloat16"];
const PYTORCH = ["float32", "bfloat16", "float32+compile", "bfloat16+compile"];

/**
 * Starts the contestants, each of which is in `contestants` once it has started: the caller can end
 * them when a later one fails.
 */
async function startAll(
  contestants: Map<string, Contestant>,
  subject: Subject,
  python: string,
): Promise<void> {
  for (const mode of OURS) contestants.set(`ours ${mode}`, await startOurs(subject, mode));
  const program = besideModule(import.meta.url, "./pytorch_step.py");
  for (const mode of PYTORCH) {
    const config = { ...configOf(subject), mode };
    contestants.set(`pytorch ${mode}`, await startContestant([python, program], config));
  }
}

/** The figures of a contestant that was measured by itself. */
interface Alone {
  rate: number;
  parameters: number;
}

/**
 * Measures a mode by itself: `eager` and `plain_tfjs` take several times the memory of the others,
 * and leave those no room.
 */
async function measureAlone(subject: Subject, mode: string): Promise<Alone> {
  await using contestant = await startOurs(subject, mode);
  const rates = await compete(new Map([[mode, contestant]]), "train", subject.batch);
  return { rate: rates[mode], parameters: contestant.parameters };
}

/** @throws {Error} when the contestants are not the same network */
function checkParameters(model: string, contestants: { parameters: number }[]): void {
  const counts = new Set(contestants.map(({ parameters }) => parameters));
  if (counts.size > 1) {
    throw new Error(`${model}: the contestants differ, ${[...counts].join(" and ")} parameters.`);
  }
}

/** The name with the greatest rate among those that begin with `prefix`. */
function best(rates: Record<string, number>, prefix: string): string {
  const names = Object.keys(rates).filter((name) => name.startsWith(prefix));
  return names.reduce((a, b) => rates[b] > rates[a] ? b : a);
}

/** Sides of the matrices whose products show the peak of the machine: the greater fill its caches. */
const PRODUCTS = [1024, 2048];

/** Operations a second that products of matrices reach in a precision, the most of both libraries. */
async function peakOf(contestants: Map<string, Contestant>, precision: string): Promise<number> {
  let most = 0;
  for (const name of [`ours ${precision}`, `pytorch ${precision}`]) {
    for (const side of PRODUCTS) {
      most = Math.max(most, 2 * side ** 3 / await contestants.get(name)!.product(side));
    }
  }
  return most;
}

/** Floating point operations of training on one image. */
function trainingFlops(subject: Subject): number {
  const { model, classes, image } = configOf(subject);
  return 2 * 3 * describe(createModel(model, classes, image), image).flops;
}

const only = (contestants: Map<string, Contestant>, names: string[]) =>
  new Map(names.map((name) => [name, contestants.get(name)!]));

async function benchModel(subject: Subject, python: string): Promise<TrainBenchRow> {
  const eager = await measureAlone(subject, "eager");
  const plain = await measureAlone(subject, "plain_tfjs");
  const contestants = new Map<string, Contestant>();
  try {
    await startAll(contestants, subject, python);
    checkParameters(subject.model, [eager, plain, ...contestants.values()]);
    const rates = await compete(contestants, "train", subject.batch);
    const [ours, theirs] = [best(rates, "ours"), best(rates, "pytorch")];
    const memory = await Promise.all([ours, theirs].map((name) => contestants.get(name)!.memory()));
    const peaks = {
      float32: await peakOf(contestants, "float32"),
      bfloat16: await peakOf(contestants, "bfloat16"),
    };
    const flops = trainingFlops(subject);
    const share = (name: string) =>
      rates[name] * flops / peaks[name.includes("bfloat16") ? "bfloat16" : "float32"];
    const precisions = ["ours float32", "pytorch float32", "ours bfloat16", "pytorch bfloat16"];
    const inference = only(contestants, precisions);
    const evaluation = await compete(inference, "evaluate", subject.batch);
    const compiled = contestants.get("ours float32")!;
    return {
      model: subject.model,
      batch: subject.batch,
      image: subject.image,
      parameters: compiled.parameters,
      eager: eager.rate,
      compiled: rates["ours float32"],
      compiled_best: rates[ours],
      plain_tfjs: plain.rate,
      pytorch_best: rates[theirs],
      pytorch_mode: theirs.replace("pytorch ", ""),
      ratio_to_pytorch: rates[ours] / rates[theirs],
      ratio_in_float32: rates["ours float32"] / rates[best(rates, "pytorch float32")],
      ratio_to_eager: rates[ours] / eager.rate,
      ratio_to_plain_tfjs: rates[ours] / plain.rate,
      peak_rss_mb: Math.round(memory[0].megabytes),
      pytorch_peak_rss_mb: Math.round(memory[1].megabytes),
      first_step_s: compiled.first_step,
      evaluation: evaluation["ours float32"],
      pytorch_evaluation: evaluation["pytorch float32"],
      evaluation_bfloat16: evaluation["ours bfloat16"],
      pytorch_evaluation_bfloat16: evaluation["pytorch bfloat16"],
      gflops_a_step: flops * subject.batch / 1e9,
      peak_gflops: peaks.float32 / 1e9,
      peak_gflops_bfloat16: peaks.bfloat16 / 1e9,
      share_of_peak: share(ours),
      pytorch_share_of_peak: share(theirs),
      versions: `${compiled.version}; PyTorch ${contestants.get(theirs)!.version}`,
    };
  } finally {
    for (const contestant of contestants.values()) await contestant[Symbol.asyncDispose]();
  }
}

/**
 * Measures the training step beside PyTorch, which is installed where it is missing. A whole run takes a
 * quarter of an hour; each row is also written to standard error as soon as it is there.
 *
 * @param names models to measure; default: all
 */
export async function benchTrain(names?: readonly string[]): Promise<TrainBenchRow[]> {
  const subjects = subjectsNamed(names);
  const python = await findOwnPython(PACKAGE);
  const rows: TrainBenchRow[] = [];
  for (const subject of subjects) {
    rows.push(await benchModel(subject, python));
    console.error(JSON.stringify(rows.at(-1)));
  }
  return rows;
}
