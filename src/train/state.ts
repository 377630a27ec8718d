import { countParameters, initialise, type Model } from "../models/mod.ts";
import { random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import type { Recipe } from "./recipe.ts";
import type { TrainState } from "./step.ts";

/** Names of this room's random streams; the seed comes first, so two purposes never share numbers. */
export const Stream = { weights: 0x77, dropPath: 0x64, mix: 0x6d } as const;

/** The state before the first step: drawn weights, empty moments. The caller disposes it. */
export function initialState(model: Model, recipe: Recipe, seed: number): TrainState {
  const weights = initialise(model.specs, random(seed, Stream.weights));
  const size = countParameters(model.specs);
  const state: TrainState = { parameters: tf.tensor1d(weights), m: tf.zeros([size]), v: tf.zeros([size]) };
  return recipe.ema === null ? state : { ...state, ema: tf.tensor1d(weights) };
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
  model: Model,
  recipe: Recipe,
): TrainState {
  const size = countParameters(model.specs);
  const restore = (name: string) => {
    if (values[name]?.length !== size) {
      throw new Error(
        `The checkpoint's "${name}" has ${
          values[name]?.length ?? "no"
        } values; the model has ${size} parameters. ` +
          "It belongs to another experiment.",
      );
    }
    return tf.tensor1d(values[name]);
  };
  const state = { parameters: restore("parameters"), m: restore("m"), v: restore("v") };
  return recipe.ema === null ? state : { ...state, ema: restore("ema") };
}
