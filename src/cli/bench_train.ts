/** `deno task bench train`: images a second of the training step, beside PyTorch and plain tfjs in the same run. */
import { type ModelConfig, models } from "../models/mod.ts";
import { type Contestant, type ContestantConfig, startContestant } from "./bench/contestant.ts";
import { findPyTorch } from "./bench/pytorch.ts";

/** One model's figures. Rates are images a second of training steps, medians over the rounds. */
export interface TrainBenchRow {
  model: string;
  batch: number;
  /** Side of the images, px. */
  image: number;
  parameters: number;
  /** The project's training step, op by op. */
  eager: number;
  /** The project's training step as it trains: one native call, float32. */
  compiled: number;
  /** The better of float32 and bfloat16. */
  compiled_best: number;
  /** tfjs as its examples use it, on the same native library; null where no such form of the model is written down. */
  plain_tfjs: number | null;
  /** The best of PyTorch's modes, and which it is. */
  pytorch_best: number;
  pytorch_mode: string;
  /** `compiled_best / pytorch_best`. */
  ratio_to_pytorch: number;
  /** `compiled / ` PyTorch's best in float32. */
  ratio_in_float32: number;
  /** `compiled_best / eager`. */
  ratio_to_eager: number;
  ratio_to_plain_tfjs: number | null;
  /** Peak of the resident memory of the process of `compiled_best` and of `pytorch_best`, MB. */
  peak_rss_mb: number;
  pytorch_peak_rss_mb: number;
  /** Seconds that tracing, compiling and the first step took, float32. */
  first_step_s: number;
  /** Images a second of evaluation, float32. */
  evaluation: number;
  pytorch_evaluation: number;
  versions: string;
}

/** What is measured: a name of the registry, with fields changed where the network is to suit small images. */
interface Subject {
  model: string;
  change?: Partial<ModelConfig>;
  batch: number;
  image: number;
}

const SUBJECTS: Subject[] = [
  { model: "convnext_atto", batch: 64, image: 64 },
  { model: "convnext_micro", batch: 128, image: 32 },
  { model: "resnet18", batch: 64, image: 64 },
  { model: "vit_tiny_patch16_224", change: { patch: 8 }, batch: 64, image: 64 },
  { model: "vgg11", batch: 32, image: 64 },
  { model: "alexnet", batch: 64, image: 64 },
];

/** Names of the models that are measured. */
export const benchedModels = SUBJECTS.map(({ model }) => model);

const CLASSES = 3;
const ROUNDS = 5;
/** Seconds that one contestant's turn takes, about. */
const TURN_SECONDS = 2;

const OURS = ["eager", "float32", "bfloat16"];
const PYTORCH = ["float32", "bfloat16", "float32+compile", "bfloat16+compile"];

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Median rate of each contestant, images a second, over rounds in which each has a turn: a slow minute of the machine hits all. */
async function compete(
  contestants: Map<string, Contestant>,
  what: "train" | "evaluate",
  batch: number,
): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const [name, contestant] of contestants) {
    await contestant.time(what, 2);
    counts.set(name, Math.max(1, Math.round(TURN_SECONDS / (await contestant.time(what, 2) / 2))));
  }
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, contestant] of contestants) {
      const count = counts.get(name)!;
      (rates[name] ??= []).push(count * batch / await contestant.time(what, count));
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
}

async function startAll(subject: Subject, python: string): Promise<Map<string, Contestant>> {
  const model = { ...models[subject.model], ...subject.change } as ModelConfig;
  const { batch, image } = subject;
  const threads = navigator.hardwareConcurrency;
  const config: Omit<ContestantConfig, "mode"> = { model, classes: CLASSES, batch, image, threads };
  const program = (file: string) => new URL(`./bench/${file}`, import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "-A", "--no-check", program("our_step.ts")];
  const ours = model.family === "convnext" ? [...OURS, "plain_tfjs"] : OURS;
  const contestants = new Map<string, Contestant>();
  for (const mode of ours) contestants.set(`ours ${mode}`, await startContestant(deno, { ...config, mode }));
  for (const mode of PYTORCH) {
    const command = [python, program("pytorch_step.py")];
    contestants.set(`pytorch ${mode}`, await startContestant(command, { ...config, mode }));
  }
  checkParameters(subject.model, contestants);
  return contestants;
}

/** The contestants must be the same network. */
function checkParameters(model: string, contestants: Map<string, Contestant>): void {
  const counts = new Set([...contestants.values()].map(({ parameters }) => parameters));
  if (counts.size > 1) {
    throw new Error(`${model}: ours and PyTorch's differ, ${[...counts].join(" and ")} parameters.`);
  }
}

/** The name with the greatest rate among those that begin with `prefix`. */
function best(rates: Record<string, number>, prefix: string): string {
  const names = Object.keys(rates).filter((name) => name.startsWith(prefix) && !name.endsWith("tfjs"));
  return names.reduce((a, b) => rates[b] > rates[a] ? b : a);
}

const only = (contestants: Map<string, Contestant>, names: string[]) =>
  new Map(names.map((name) => [name, contestants.get(name)!]));

async function benchModel(subject: Subject, python: string): Promise<TrainBenchRow> {
  const contestants = await startAll(subject, python);
  try {
    const rates = await compete(contestants, "train", subject.batch);
    const [ours, theirs] = [best(rates, "ours"), best(rates, "pytorch")];
    const memory = await Promise.all([ours, theirs].map((name) => contestants.get(name)!.peakMemory()));
    const inference = only(contestants, ["ours float32", "pytorch float32"]);
    const evaluation = await compete(inference, "evaluate", subject.batch);
    const compiled = contestants.get("ours float32")!;
    const plain = rates["ours plain_tfjs"];
    return {
      model: subject.model,
      batch: subject.batch,
      image: subject.image,
      parameters: compiled.parameters,
      eager: rates["ours eager"],
      compiled: rates["ours float32"],
      compiled_best: rates[ours],
      plain_tfjs: plain ?? null,
      pytorch_best: rates[theirs],
      pytorch_mode: theirs.replace("pytorch ", ""),
      ratio_to_pytorch: rates[ours] / rates[theirs],
      ratio_in_float32: rates["ours float32"] / rates[best(rates, "pytorch float32")],
      ratio_to_eager: rates[ours] / rates["ours eager"],
      ratio_to_plain_tfjs: plain ? rates[ours] / plain : null,
      peak_rss_mb: Math.round(memory[0]),
      pytorch_peak_rss_mb: Math.round(memory[1]),
      first_step_s: compiled.first_step,
      evaluation: evaluation["ours float32"],
      pytorch_evaluation: evaluation["pytorch float32"],
      versions: `${compiled.version}; PyTorch ${contestants.get(theirs)!.version}`,
    };
  } finally {
    for (const contestant of contestants.values()) await contestant.close();
  }
}

/**
 * Measures the training step beside PyTorch, which is installed where it is missing.
 *
 * @param names models to measure; default: all of {@link benchedModels}
 */
export async function benchTrain(names: readonly string[] = benchedModels): Promise<TrainBenchRow[]> {
  const python = await findPyTorch();
  const rows = [];
  for (const subject of SUBJECTS) {
    if (names.includes(subject.model)) rows.push(await benchModel(subject, python));
  }
  return rows;
}
