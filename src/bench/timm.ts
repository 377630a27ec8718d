/** timm, as far as the benchmarks of input compare with it. */
import { besideModule } from "../disk/mod.ts";
import { knownOwnPython } from "../setup/mod.ts";
import { TIMM } from "./peers.ts";
import { type Answering, startAnswering } from "./process.ts";
import type { Augmentation } from "../images/mod.ts";
import { randomCrop } from "../images/mod.ts";

/**
 * Random-resized-crop by a random filter, flip, RandAugment, erasing: the most that timm's
 * recipes apply to an image.
 */
export const RECIPE: Augmentation = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  erase: { probability: 0.25, mode: "const", area: [0.02, 1 / 3], count: 1 },
};

/**
 * Starts a script of this folder that applies {@link RECIPE} by timm.
 *
 * @returns undefined where there is no timm; what the benchmark says at its start tells how to get it
 */
export async function startTimm(script: string): Promise<Answering | undefined> {
  const python = await knownOwnPython(TIMM);
  return python ? startAnswering([python, besideModule(import.meta.url, script)], "timm") : undefined;
}
