/** timm, as far as the benchmarks of input compare with it. */
import { besideModule } from "../disk/mod.ts";
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

const WITHOUT_TIMM = "timm's figures stay empty. For them, install torch, torchvision and timm with pip " +
  "(about 1 GB) into an environment of your own, and name its Python in NTD_PYTORCH.";

/**
 * Starts a script of this folder that applies {@link RECIPE} by timm.
 *
 * @returns undefined where `NTD_PYTORCH` names no Python that has timm
 */
export function startTimm(script: string): Answering | undefined {
  const python = Deno.env.get("NTD_PYTORCH");
  if (!python || !hasTimm(python)) {
    console.error(`${python ? `${python} has no timm` : "NTD_PYTORCH is not set"}: ${WITHOUT_TIMM}`);
    return undefined;
  }
  return startAnswering([python, besideModule(import.meta.url, script)], "timm");
}

function hasTimm(python: string): boolean {
  const output = new Deno.Command(python, { args: ["-c", "import timm"], stdout: "null", stderr: "null" });
  return output.outputSync().success;
}
