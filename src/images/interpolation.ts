import type { Random } from "../stats/mod.ts";

/** Filters of resizing and of affine transforms: Pillow's BILINEAR and BICUBIC. */
export type Interpolation = "bilinear" | "bicubic";

/** A filter, or one of the two drawn evenly at every use, as timm's `random`. */
export type InterpolationChoice = Interpolation | "random";

/** The filter to use; draws only when the choice is `random`. */
export function drawInterpolation(choice: InterpolationChoice, random: Random): Interpolation {
  if (choice !== "random") return choice;
  return random.uniform() < 0.5 ? "bilinear" : "bicubic";
}
