import {
  countParameters,
  type FlatWeights,
  initialise,
  type Model,
  type ParameterSpec,
  type Weights,
  weightTensors,
} from "../models/mod.ts";
import { random, STREAMS } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import type { Recipe } from "./recipe.ts";
import type { TrainState } from "./step.ts";

/** A network that can be trained: a classifier, or a network for another task. */
type Trainable = Pick<Model, "specs" | "buffers">;

/** A model's weights before training, drawn as its specifications and the seed say. */
export function createWeights(model: Trainable, seed: number): FlatWeights {
  const stream = random(seed, STREAMS.weights);
  const parameters = initialise(model.specs, stream);
  return model.buffers.length > 0
    ? { parameters, buffers: initialise(model.buffers, stream) }
    : { parameters };
}

/** The state before the first step: weights, by default drawn, and empty moments. The caller disposes it. */
export function createState(
  model: Trainable,
  recipe: Pick<Recipe, "ema">,
  seed: number,
  weights: FlatWeights = createWeights(model, seed),
): TrainState {
  const { parameters, buffers } = weightTensors(weights);
  const state: TrainState = { parameters, m: tf.zerosLike(parameters), v: tf.zerosLike(parameters) };
  if (recipe.ema !== null) state.ema = parameters.clone();
  if (buffers) state.buffers = buffers;
  if (buffers && recipe.ema !== null) state.emaBuffers = buffers.clone();
  return state;
}

/**
 * The weights that a state is evaluated with: their moving average where there is one, else the weights
 * themselves.
 */
export function evaluatedWeights({ parameters, buffers, ema, emaBuffers }: TrainState): Weights {
  return ema ? { parameters: ema, buffers: emaBuffers } : { parameters, buffers };
}

/**
 * Puts a checkpoint's values back into tensors.
 *
 * @throws {Error} when a vector is missing or is not as long as the model's parameters
 */
export function restoreState(
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
