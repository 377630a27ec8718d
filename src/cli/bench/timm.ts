import { besideModule } from "../../disk/mod.ts";
import { type Augmentation, randomCrop } from "../../images/mod.ts";
import { type Answering, startAnswering } from "./answering.ts";

/** Random-resized-crop by a random filter, flip, RandAugment, erasing: the most that timm's recipes do to an image. */
export const RECIPE: Augmentation = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  erase: { probability: 0.25, mode: "const", area: [0.02, 1 / 3], count: 1 },
};

/** Starts a script of this folder that applies the same recipe by timm; undefined where `NTD_PYTORCH` names no Python that has timm. */
export function startTimm(script: string): Answering | undefined {
  const python = Deno.env.get("NTD_PYTORCH");
  if (!python || !hasTimm(python)) return undefined;
  return startAnswering([python, besideModule(import.meta.url, script)], "timm");
}

function hasTimm(python: string): boolean {
  const output = new Deno.Command(python, { args: ["-c", "import timm"], stdout: "null", stderr: "null" });
  return output.outputSync().success;
}
