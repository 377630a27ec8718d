/**
 * The contestants of the training benchmarks, the networks that they train, and the rounds in which they are
 * timed. Each contestant is a process, so that its peak memory is its own. It reads lines from its standard
 * input and answers each with a line of JSON:
 *
 *     {…configuration}    -> {"version", "parameters", "first_step": seconds}
 *     batch SIZE          -> {"first_step"} of such batches, or {"full": message} where they do not fit
 *     train STEPS         -> {"seconds"}
 *     evaluate BATCHES    -> {"seconds"}
 *     product SIZE        -> {"seconds"} of the fastest product of two square matrices in its precision
 *     memory 0            -> {"megabytes"}, the peak of its resident memory; see {@link Memory}
 */
import { type ModelConfig, models } from "../models/mod.ts";
import { besideModule } from "../disk/mod.ts";
import { median, ownProgram, startAnswering, type Starting } from "./process.ts";

/** The first line that a contestant reads. */
export interface ContestantConfig {
  model: ModelConfig;
  /** How it computes, for example `float32`; each program has modes of its own. */
  mode: string;
  classes: number;
  /** Images a step; 0: no step until there is a `batch SIZE`. */
  batch: number;
  /** Side of the images, px. */
  image: number;
  threads: number;
  /** Where PyTorch computes. Default: on the CPU. */
  device?: "cuda";
}

/** Memory of a contestant, MB. */
export interface Memory {
  /** Peak of its resident memory so far. */
  megabytes: number;
  /** Resident memory now; ours alone. */
  resident?: number;
  /** Peaks of PyTorch's memory on the card since the last `batch SIZE`: in tensors, and taken. */
  allocated?: number;
  reserved?: number;
}

/** The answer of a contestant that is ready. */
export interface Ready {
  version: string;
  parameters: number;
  /** Seconds to the end of the first step, tracing and compiling included. */
  first_step: number;
}

/** A running contestant. */
export interface Contestant extends Ready {
  /** Takes training steps, or predicts batches; returns the seconds. */
  time(what: "train" | "evaluate", count: number): Promise<number>;
  /** Seconds of the fastest product of two matrices, [size, size] each, in its precision. */
  product(size: number): Promise<number>;
  /** Goes on with batches of another size; `full` says that the device has no memory for them. */
  resize(batch: number): Promise<{ first_step: number; full?: undefined } | { full: string }>;
  memory(): Promise<Memory>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a contestant.
 *
 * @throws {Error} when the process ends early
 */
export async function startContestant(
  command: string[],
  config: ContestantConfig,
  starting: Starting = {},
): Promise<Contestant> {
  const { ask, close } = startAnswering(command, `${command[0]} (${config.mode})`, starting);
  const ready: Ready = await ask(JSON.stringify(config));
  return {
    ...ready,
    time: async (what, count) => (await ask(`${what} ${count}`)).seconds,
    product: async (size) => (await ask(`product ${size}`)).seconds,
    resize: (batch) => ask(`batch ${batch}`),
    memory: () => ask("memory 0"),
    [Symbol.asyncDispose]: close,
  };
}

/** A network to measure: a name of the registry, with some fields changed so that it suits small images. */
export interface Subject {
  model: string;
  change?: Partial<ModelConfig>;
  batch: number;
  /** Side of the images, px. */
  image: number;
  /** Default: 3. */
  classes?: number;
}

/** The networks that the training benchmarks measure, at sizes for two cores. */
export const SUBJECTS: Subject[] = [
  { model: "convnext_atto", batch: 64, image: 64 },
  { model: "convnext_micro", batch: 128, image: 32 },
  { model: "resnet18", batch: 64, image: 64 },
  { model: "vit_tiny_patch16_224", change: { patch: 8 }, batch: 64, image: 64 },
  { model: "vgg11", batch: 32, image: 64 },
  { model: "alexnet", batch: 64, image: 64 },
];

/**
 * The subjects with these names.
 *
 * @param names default: all
 * @throws {RangeError} for a name that no subject has, before anything is measured
 */
export function subjectsNamed(names?: readonly string[]): Subject[] {
  const known = SUBJECTS.map(({ model }) => model);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`--model: "${unknown}" is not measured. Known: ${known.join(", ")}.`);
  }
  return SUBJECTS.filter(({ model }) => names?.includes(model) ?? true);
}

const CLASSES = 3;

/** The configuration of a contestant that trains a subject. */
export function configOf(
  { model, change, batch, image, classes = CLASSES }: Subject,
): Omit<ContestantConfig, "mode"> {
  const config = { ...models[model], ...change } as ModelConfig;
  return { model: config, classes, batch, image, threads: navigator.hardwareConcurrency };
}

/** Starts the project's own step in one of the modes of our_step.ts. */
export function startOurs(
  subject: Subject,
  mode: string,
  starting: Starting = {},
): Promise<Contestant> {
  const program = besideModule(import.meta.url, "./our_step.ts");
  return startContestant(ownProgram(program), { ...configOf(subject), mode }, starting);
}

const ROUNDS = 5;
/** Seconds of one contestant's turn, about. */
const TURN_SECONDS = 1;

/**
 * Median rate of each contestant, images a second, over rounds in which each has a turn: a slow minute
 * of the machine hits all.
 *
 * @param batch images a step
 */
export async function compete(
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
