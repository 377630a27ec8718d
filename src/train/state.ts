import {
  countParameters,
  type FlatWeights,
  initialise,
  type Model,
  type ParameterSpec,
  type Weights,
  weightTensors,
} from "../models/mod.ts";
import { random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import type { Recipe } from "./recipe.ts";
import type { TrainState } from "./step.ts";

/** Names of this room's random streams; the seed comes first, so two purposes never share numbers. */
export const Stream = { weights: 0x77, dropPath: 0x64, dropout: 0x6f, mix: 0x6d, mask: 0x6b } as const;

/** What has values that training changes: a classifier, or a network for another task. */
export type Trainable = Pick<Model, "specs" | "buffers">;

/** A model's values before training, as its specifications and the seed say. */
export function drawnWeights(model: Trainable, seed: number): FlatWeights {
  const stream = random(seed, Stream.weights);
  const parameters = initialise(model.specs, stream);
  return model.buffers.length > 0
    ? { parameters, buffers: initialise(model.buffers, stream) }
    : { parameters };
}

/** The state before the first step: weights, by default drawn, and empty moments. The caller disposes it. */
export function initialState(
  model: Trainable,
  recipe: Pick<Recipe, "ema">,
  seed: number,
  weights: FlatWeights = drawnWeights(model, seed),
): TrainState {
  const { parameters, buffers } = weightTensors(weights);
  const state: TrainState = { parameters, m: tf.zerosLike(parameters), v: tf.zerosLike(parameters) };
  if (recipe.ema !== null) state.ema = parameters.clone();
  if (buffers) state.buffers = buffers;
  if (buffers && recipe.ema !== null) state.emaBuffers = buffers.clone();
  return state;
}

/** What a state is evaluated with: the moving average where there is one, else the weights themselves. */
export function evaluatedWeights({ parameters, buffers, ema, emaBuffers }: TrainState): Weights {
  return ema ? { parameters: ema, buffers: emaBuffers } : { parameters, buffers };
}

/** Copies a state's values out of TensorFlow. */
export function stateValues(state: TrainState): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [name, (tensor as tf.Tensor1D).dataSync() as Float32Array]),
  );
}

/**
 * Puts a checkpoint's values back into tensors.
 *
 * @throws {Error} when a vector is missing or is not as long as the model's parameters
 */
export function restoredState(
  values: Record<string, Float32Array>,
  model: Trainable,
  recipe: Pick<Recipe, "ema">,
): TrainState {
  const restore = (name: string, specs: readonly ParameterSpec[]) => {
    const size = countParameters(specs);
    if (values[name]?.length !== size) {
      throw new Error(
        `The checkpoint's "${name}" has ${values[name]?.length ?? "no"} values; the model has ${size}. ` +
          "It belongs to another experiment.",
      );
    }
    return tf.tensor1d(values[name]);
  };
  const { specs, buffers } = model;
  const state: TrainState = {
    parameters: restore("parameters", specs),
    m: restore("m", specs),
    v: restore("v", specs),
  };
  if (recipe.ema !== null) state.ema = restore("ema", specs);
  if (buffers.length > 0) state.buffers = restore("buffers", buffers);
  if (recipe.ema !== null && buffers.length > 0) state.emaBuffers = restore("emaBuffers", buffers);
  return state;
}
