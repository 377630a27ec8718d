/** The network that a finished run keeps: `runs/<hash>/model.safetensors`. */
import { z } from "zod";
import {
  createModel,
  type FlatWeights,
  loadWeights,
  type Model,
  openSafetensors,
  WeightsError,
} from "../models/mod.ts";
import { modelSchema, precisionSchema } from "./schemas.ts";

/** What a network is for, as texts in the header of its weights: JSON, each of them. */
const descriptionSchema = z.object({
  /** Name in the registry, or the configuration. */
  model: modelSchema,
  /** The classes, in the order of the outputs. */
  datasets: z.array(z.string()).min(2),
  /** Side of the square that the network sees, px. */
  imageSize: z.int().min(1),
  /** Channels of its training images: 1 where all of them were grey, else 3. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** In which it was evaluated. */
  precision: precisionSchema,
});

/** What a trained network is for. */
export type NetworkDescription = z.infer<typeof descriptionSchema>;

/** A network with the weights of a finished run. */
export interface TrainedNetwork extends Omit<NetworkDescription, "model"> {
  model: Model;
  weights: FlatWeights;
}

/** A description as the metadata of a file of weights. */
export function metadataOf(description: NetworkDescription): Record<string, string> {
  return Object.fromEntries(
    Object.entries(description).map(([field, value]) => [field, JSON.stringify(value)]),
  );
}

/**
 * Reads a file that {@link run} wrote.
 *
 * @throws {WeightsError} when its header does not say what the network is for
 * @throws as {@link loadWeights}
 */
export function openNetwork(path: string): TrainedNetwork {
  const { model: config, ...description } = describe(path);
  const model = createModel(config, description.datasets.length, description.imageSize);
  return { ...description, model, weights: loadWeights(path, model) };
}

function describe(path: string): NetworkDescription {
  using file = openSafetensors(path);
  try {
    const fields = Object.keys(descriptionSchema.shape).map((
      field,
    ) => [field, JSON.parse(file.metadata[field])]);
    return descriptionSchema.parse(Object.fromEntries(fields));
  } catch {
    const fields = Object.keys(descriptionSchema.shape).join(", ");
    throw new WeightsError(
      `${path}: its metadata does not say what the network is for (${fields}): no run wrote it.`,
    );
  }
}
