/** A family of networks: everything that the registry knows of it. */
import { z } from "zod";
import type { Model } from "../model.ts";

/** Networks of one make, which differ in their configurations. */
export interface Family<Schema extends z.ZodObject = z.ZodObject> {
  /** Shape of a configuration; its field `family` says which family it is of. */
  schema: Schema;
  /**
   * Configurations with names: timm's where the network is timm's, `_micro` for small images and two cores.
   */
  named: Record<string, z.infer<Schema>>;
  /**
   * A network for a number of classes.
   *
   * @param name of the network, for messages
   * @param imageSize side of its images, px
   * @throws {Error} for a configuration that contradicts itself or does not fit the images
   */
  build(name: string, config: z.infer<Schema>, classes: number, imageSize: number): Model;
}

/** Writes a family down, its parts checked against its schema. */
export const family = <Schema extends z.ZodObject>(parts: Family<Schema>): Family<Schema> => parts;

/** Schemas of fields that several families have. */
export const fields = {
  /** A number of things or of pixels, from 1. */
  whole: z.int().min(1),
  /** A probability below 1. */
  probability: z.number().min(0).lt(1),
  dropPath: z.number().min(0).lt(1).describe(
    "Stochastic depth of the last block; it rises linearly from 0 at the first.",
  ),
};

/** Stochastic depth that rises linearly from 0 at the first of `blocks` to `last` at the last. */
export function risingDropPath(blocks: number, last: number): number[] {
  return Array.from({ length: blocks }, (_, i) => blocks > 1 ? last * i / (blocks - 1) : 0);
}
