/** The network that a finished experiment keeps: `runs/<hash>/model.safetensors`. */
import { z } from "zod";
import type { Pool } from "../../data/mod.ts";
import {
  createModel,
  type FlatWeights,
  loadWeights,
  type Model,
  modelSchema,
  openSafetensors,
  saveWeights,
  WeightsError,
} from "../../models/mod.ts";
import { interpolationSchema } from "../../images/schemas.ts";
import { precisionSchema } from "../../train/mod.ts";
import { checkKept } from "./folder.ts";

/** The purpose of a network: JSON texts in the header of its weights. */
const descriptionSchema = z.object({
  /** Name in the registry, or the configuration. */
  model: modelSchema,
  /** The classes, in the order of the outputs. */
  datasets: z.array(z.string()).min(2),
  /** Side of the square that the network sees, px. */
  imageSize: z.int().min(1),
  /** Channels of its training images: 1 where all of them were grey, else 3. */
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Precision in which it was evaluated. */
  precision: precisionSchema,
  /** Filter of the resize at inference. Left out: bilinear. */
  interpolation: interpolationSchema.optional(),
});

/** The purpose of a trained network. */
export type NetworkDescription = z.infer<typeof descriptionSchema>;

/** A network with the weights of a finished experiment. */
export interface TrainedNetwork extends Omit<NetworkDescription, "model"> {
  model: Model;
  weights: FlatWeights;
}

/**
 * Writes the weights of a network, and what it is for into the file's header.
 *
 * @param pools of its training images
 */
export async function saveNetwork(
  path: string,
  { model, weights }: Pick<TrainedNetwork, "model" | "weights">,
  pools: readonly Pool[],
  description: Omit<NetworkDescription, "channels">,
): Promise<void> {
  const channels = pools.every((pool) => pool.channels === 1) ? 1 : 3;
  const { precision, interpolation, ...rest } = description;
  const fields: NetworkDescription = {
    ...rest,
    channels,
    precision,
    ...(interpolation === "bicubic" && { interpolation }),
  };
  const texts = Object.entries(fields).map(([field, value]) => [field, JSON.stringify(value)]);
  await saveWeights(path, model, weights, Object.fromEntries(texts));
}

/**
 * Reads a file that {@link saveNetwork} wrote.
 *
 * @throws {WeightsError} when its header does not say what the network is for
 * @throws {Error} when there is no such file
 * @throws as {@link loadWeights}
 */
export function openNetwork(path: string): TrainedNetwork {
  checkKept(path);
  const { model: config, ...description } = descriptionIn(path);
  const model = createModel(config, description.datasets.length, description.imageSize);
  return { ...description, model, weights: loadWeights(path, model) };
}

/** @throws {WeightsError} when the header does not say what the network is for */
function descriptionIn(path: string): NetworkDescription {
  using file = openSafetensors(path);
  const names = Object.keys(descriptionSchema.shape).filter((name) => Object.hasOwn(file.metadata, name));
  try {
    return descriptionSchema.parse(
      Object.fromEntries(names.map((name) => [name, JSON.parse(file.metadata[name])])),
    );
  } catch {
    throw new WeightsError(
      `${path}: its metadata does not say what the network is for (${
        Object.keys(descriptionSchema.shape).join(", ")
      }): no run wrote it.`,
    );
  }
}
