/**
 * Trainings whose numbers are compared. It reads lines from its standard input and answers each with a line
 * of JSON:
 *
 *     {…work} -> {…outcome}; the first gradient is in the work's file
 */
import { linesOf } from "../../disk/mod.ts";
import { createAutoencoder, createModel } from "../../models/mod.ts";
import { random } from "../../stats/mod.ts";
import { bytesTensor, type Precision, startEngine, tf } from "../../tensorflow/mod.ts";
import {
  classifierRule,
  createState,
  loadCheckpoint,
  paperRecipe,
  pretrain,
  type Recipe,
  Stepper,
  trialInput,
} from "../../train/mod.ts";
import type { EqualityCase } from "./plan.ts";

/** One training. */
export interface EqualityWork extends EqualityCase {
  precision: Precision;
  /** Where the first gradient goes: float32 values. */
  file: string;
  /** Whether to train a second time and to compare the bits. */
  twice: boolean;
}

/** What came out of it, but for the gradient. */
export interface EqualityOutcome {
  /** Of three steps, nats; of an autoencoder, mean squared errors. */
  losses: number[];
  /** Whether the second training ended with the bits of the first; null without one. */
  same_bits: boolean | null;
  /** Where the engine computes. */
  device: string;
}

interface Trained {
  losses: number[];
  /** AdamW's first moment after the first step: a tenth of the gradient. */
  gradient: Float32Array;
  /** At the end. */
  parameters: Float32Array;
}

const STEPS = 3, CLASSES = 3, SEED = 3;

function bytesOf(batch: number, side: number): Uint8Array<ArrayBuffer> {
  const stream = random(1);
  return Uint8Array.from({ length: batch * side * side * 3 }, () => stream.below(256));
}

async function classify({ model: name, image, batch, precision }: EqualityWork): Promise<Trained> {
  const model = createModel(name, CLASSES, image);
  const recipe: Recipe = { ...paperRecipe, precision };
  const pixels = bytesTensor<tf.Rank.R4>(bytesOf(batch, image), [batch, image, image, 3]);
  const input = trialInput(model, pixels);
  const stepper = new Stepper(classifierRule(model, recipe), createState(model, recipe, SEED));
  const valuesOf = (tensor: tf.Tensor1D) => Float32Array.from(tensor.dataSync());
  const losses = [await stepper.take(input)];
  const gradient = valuesOf(stepper.state.m);
  while (losses.length < STEPS) losses.push(await stepper.take(input));
  const parameters = valuesOf(stepper.state.parameters);
  stepper.dispose();
  tf.dispose(input);
  return { losses, gradient, parameters };
}

/** Epochs of one step each, stopped after the first and resumed, for the moment in the checkpoint. */
async function reconstruct({ model: name, image, batch, precision, file }: EqualityWork): Promise<Trained> {
  const model = createAutoencoder(name, image);
  const { labelSmoothing: _, mix: __, ema: ___, ...rest } = paperRecipe;
  const recipe = {
    ...rest,
    precision,
    epochs: STEPS,
    samplesPerEpoch: batch,
    batchSize: batch,
    warmupEpochs: 0,
  };
  const made = { pixels: bytesOf(batch, image), channels: 3, labels: new Int32Array(batch) } as const;
  const training = { size: batch, imageSize: image, batchSize: batch, batch: () => made };
  const folder = `${file}.training`;
  await Deno.mkdir(folder);
  try {
    const losses: number[] = [];
    const onEpoch = ({ trainLoss }: { trainLoss: number }) => void losses.push(trainLoss);
    const common = { model, training, folder, seed: SEED, onEpoch };
    await pretrain({ ...common, recipe: { ...recipe, stopAfter: 1 } });
    const gradient = loadCheckpoint(folder)!.values.m;
    const { weights } = await pretrain({ ...common, recipe });
    return { losses, gradient, parameters: weights.parameters };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const { device } = await startEngine();
  for await (const line of linesOf(Deno.stdin.readable)) {
    const work: EqualityWork = JSON.parse(line);
    const run = () => work.autoencoder ? reconstruct(work) : classify(work);
    const { losses, gradient, parameters } = await run();
    const again = work.twice ? (await run()).parameters : undefined;
    const same_bits = again ? parameters.every((value, i) => Object.is(value, again[i])) : null;
    await Deno.writeFile(work.file, new Uint8Array(gradient.slice().buffer));
    console.log(JSON.stringify({ losses, same_bits, device } satisfies EqualityOutcome));
  }
}
