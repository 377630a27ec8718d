/** `deno task bench train`: images a second of the training step, beside PyTorch and plain tfjs in the same run. */
import { countParameters, createModel, models } from "../models/mod.ts";
import type { ConvNeXtConfig } from "../models/mod.ts";
import { compile, describeEngine, startEngine, tf } from "../tensorflow/mod.ts";
import { biasCorrections, initialState, makeStep, paperRecipe, smoothTargets } from "../train/mod.ts";
import type { Step, StepInput, StepOutput, TrainState } from "../train/mod.ts";
import { plainTfjsStep } from "./bench/plain_tfjs.ts";
import { findPyTorch, type Peer, startPeer } from "./bench/pytorch.ts";

/** One model's figures: images a second, medians over the rounds. */
export interface TrainBenchRow {
  model: string;
  batch: number;
  /** Side of the images, px. */
  image: number;
  parameters: number;
  /** The project's training step, op by op. */
  eager: number;
  /** The project's training step as it trains: one native call. */
  compiled: number;
  /** tfjs as its examples use it, on the same native library. */
  plain_tfjs: number;
  /** The better of float32 and bfloat16 autocast; null without PyTorch. */
  pytorch_best: number | null;
  pytorch_float32: number | null;
  pytorch_bfloat16: number | null;
  ratio_to_pytorch: number | null;
  ratio_to_eager: number;
  ratio_to_plain_tfjs: number;
  engine: string;
  pytorch: string | null;
}

const CLASSES = 3;
const ROUNDS = 5;
/** Seconds that one contestant's turn takes, about. */
const TURN_SECONDS = 2;

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** A contestant: takes a number of steps and returns the seconds that they took. */
type Contestant = (steps: number) => Promise<number> | number;

function timed(step: () => unknown): Contestant {
  return async (steps) => {
    const start = performance.now();
    for (let i = 0; i < steps; i++) await step();
    return (performance.now() - start) / 1000;
  };
}

/** The project's own step with a batch that stays the same; `wrap` compiles it or does not. */
function ourStep(
  config: ConvNeXtConfig,
  images: tf.Tensor4D,
  targets: tf.Tensor2D,
  wrap: (step: Step) => (state: TrainState, input: StepInput) => StepOutput | Promise<StepOutput>,
): () => Promise<number> {
  const model = createModel(config, CLASSES);
  const step = wrap(makeStep(model, paperRecipe));
  let state = initialState(model, paperRecipe, 0);
  const input = {
    images,
    targets,
    learningRate: tf.scalar(1e-3),
    corrections: tf.tensor1d(biasCorrections(paperRecipe.betas, 1)),
  };
  return async () => {
    const next = await step(state, input);
    const [value] = next.loss.dataSync();
    tf.dispose([state, next.loss]);
    state = next.state;
    return value;
  };
}

const eagerly = (step: Step) => (state: TrainState, input: StepInput) => tf.tidy(() => step(state, input));

/** Rounds in which every contestant has a turn, so that a slow minute of the machine hits all; medians of images/s. */
async function compete(
  contestants: Record<string, Contestant>,
  batch: number,
): Promise<Record<string, number>> {
  const steps: Record<string, number> = {};
  for (const [name, run] of Object.entries(contestants)) {
    await run(2);
    steps[name] = Math.max(1, Math.round(TURN_SECONDS / (await run(2) / 2)));
  }
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      (rates[name] ??= []).push(steps[name] * batch / await run(steps[name]));
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
}

function peerContestants(peer: Peer | undefined): Record<string, Contestant> {
  if (!peer) return {};
  return {
    pytorch_float32: (steps) => peer.steps("float32", steps),
    pytorch_bfloat16: (steps) => peer.steps("bfloat16", steps),
  };
}

async function benchModel(
  name: string,
  batch: number,
  image: number,
  python?: string,
): Promise<TrainBenchRow> {
  const config = models[name] as ConvNeXtConfig;
  const engine = describeEngine(await startEngine());
  const images = tf.randomNormal<tf.Rank.R4>([batch, image, image, 3], 0, 1, "float32", 1);
  const labels = Array.from({ length: batch }, (_, i) => i % CLASSES);
  const targets = tf.tensor2d(smoothTargets(labels, CLASSES, paperRecipe.labelSmoothing), [batch, CLASSES]);
  const threads = navigator.hardwareConcurrency;
  const peer = python
    ? await startPeer(python, { ...config, classes: CLASSES, batch, image, threads })
    : undefined;
  const rates = await compete({
    eager: timed(ourStep(config, images, targets, eagerly)),
    compiled: timed(ourStep(config, images, targets, compile)),
    plain_tfjs: timed(plainTfjsStep(config, images, targets)),
    ...peerContestants(peer),
  }, batch);
  await peer?.close();
  tf.dispose([images, targets]);
  const pytorchBest = peer ? Math.max(rates.pytorch_float32, rates.pytorch_bfloat16) : null;
  return {
    model: name,
    batch,
    image,
    parameters: countParameters(createModel(config, CLASSES).specs),
    eager: rates.eager,
    compiled: rates.compiled,
    plain_tfjs: rates.plain_tfjs,
    pytorch_best: pytorchBest,
    pytorch_float32: rates.pytorch_float32 ?? null,
    pytorch_bfloat16: rates.pytorch_bfloat16 ?? null,
    ratio_to_pytorch: pytorchBest && rates.compiled / pytorchBest,
    ratio_to_eager: rates.compiled / rates.eager,
    ratio_to_plain_tfjs: rates.compiled / rates.plain_tfjs,
    engine,
    pytorch: peer?.torch ?? null,
  };
}

/**
 * Measures the training step of each ConvNeXt that fits a laptop.
 *
 * @param options.installPyTorch whether to install PyTorch where it is missing; without it the peer's columns are null
 */
export async function benchTrain({ installPyTorch = false } = {}): Promise<TrainBenchRow[]> {
  const python = await findPyTorch(installPyTorch);
  return [
    await benchModel("convnext_atto", 64, 64, python),
    await benchModel("convnext_micro", 128, 32, python),
  ];
}
