/** Fine-tuning: a whole network is trained on from given weights, for a task that may be another. */
import { type FlatWeights, type Model, type ParameterSpec, specSize } from "../models/mod.ts";
import type { Evaluation } from "./evaluate.ts";
import { layerRates } from "./layer_decay.ts";
import { train, type TrainOptions } from "./train.ts";
import { drawnWeights } from "./state.ts";

/** One fine-tuning. */
export interface FineTuneOptions extends Omit<TrainOptions, "rates"> {
  /** Weights to start from; see {@link carriedWeights} where the classes are others than before. */
  weights: FlatWeights;
  /** Factor of the learning rate from each layer to the one before it, (0, 1]. Default 0.75. */
  layerDecay?: number;
}

/**
 * Trains a network on from given weights, the layers near the image slower than the head.
 *
 * @returns the evaluation after the last step
 * @throws {Error} when the weights are not the model's
 * @throws the signal's reason when aborted
 */
export async function fineTune({ layerDecay = 0.75, ...options }: FineTuneOptions): Promise<Evaluation> {
  const { model, weights } = options;
  checkLength("parameters", weights.parameters, model.specs);
  checkLength("buffers", weights.buffers ?? new Float32Array(0), model.buffers);
  return await train({ ...options, rates: layerRates(model, layerDecay) });
}

function checkLength(name: string, { length }: Float32Array, specs: readonly ParameterSpec[]): void {
  const size = specs.reduce((sum, spec) => sum + specSize(spec), 0);
  if (length !== size) throw new Error(`weights.${name} has ${length} values; the model has ${size}.`);
}

/**
 * Weights of one network for another of the same make: tensors of the same name and shape are taken over, the others (the head,
 * where the classes are others) are drawn. A masked autoencoder's encoder goes into a ViT with fixed positions so.
 *
 * @throws {Error} when nothing can be taken over
 */
export function carriedWeights(
  from: Pick<Model, "name" | "specs" | "buffers">,
  weights: FlatWeights,
  to: Model,
  seed: number,
): FlatWeights {
  const drawn = drawnWeights(to, seed);
  const carried = carry(from.specs, weights.parameters, to.specs, drawn.parameters);
  if (carried === 0) {
    throw new Error(`${from.name} and ${to.name} have no tensor of the same name and shape.`);
  }
  if (weights.buffers && drawn.buffers) carry(from.buffers, weights.buffers, to.buffers, drawn.buffers);
  return drawn;
}

/** Copies what is the same in both; returns how many tensors that were. */
function carry(
  from: readonly ParameterSpec[],
  values: Float32Array,
  to: readonly ParameterSpec[],
  into: Float32Array,
): number {
  const parts = new Map(withOffsets(from).map((part) => [`${part.spec.name} [${part.spec.shape}]`, part]));
  const shared = withOffsets(to).flatMap(({ spec, offset }) => {
    const source = parts.get(`${spec.name} [${spec.shape}]`);
    return source ? [{ source, offset }] : [];
  });
  for (const { source, offset } of shared) {
    into.set(values.subarray(source.offset, source.offset + specSize(source.spec)), offset);
  }
  return shared.length;
}

function withOffsets(specs: readonly ParameterSpec[]) {
  let end = 0;
  return specs.map((spec) => ({ spec, offset: (end += specSize(spec)) - specSize(spec) }));
}
