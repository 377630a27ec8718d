/** The form of a transform. The list of them, and everything that follows from it, is in augmentation.ts. */
import type { Random } from "../../stats/mod.ts";
import type { EncodedImage, PackedImage } from "../image.ts";
import type { ChoiceParameter, CompleteSettingsOf, Parameters, SettingsOf } from "../parameters.ts";
import type { Interpolation } from "../resample.ts";

/** One random transform of training images. `P`: its fields in an experiment's `augmentation`. */
export interface Transform<P extends Parameters = Parameters> {
  /** Its name in torchvision or timm. */
  name: string;
  kind: TransformExample["kind"];
  /** Says in a few words what happens to an image. */
  does: string;
  /** The paper or library that it follows. */
  source: string;
  /** Its name in the paper's Table 4, where it has one. */
  paperName?: string;
  /**
   * Its fields, with their ranges. Two transforms may share one. A field that is added later has a default,
   * so that experiments without it stay what they are.
   */
  parameters: P;
  /** Whether it does anything at all at these settings. */
  isOn(settings: CompleteSettingsOf<P>): boolean;
  /**
   * Transforms an image in place. Its random draws depend on the settings and the stream, not on the other
   * transforms.
   *
   * @param image the square that the network sees, as the transforms before have left it
   * @param stored the image as it is stored; only the crop, which comes first, reads it
   */
  apply(
    image: PackedImage,
    settings: CompleteSettingsOf<P>,
    random: Random,
    stored: PackedImage | EncodedImage,
  ): void;
  /** The settings at which a sheet shows it, with a name and words of their own where it has several. */
  examples:
    readonly (Partial<Pick<TransformExample, "name" | "does" | "source">> & { settings: SettingsOf<P> })[];
  /** The operations that it is made of; a sheet shows them after it. */
  operations?: readonly TransformExample[];
}

/** Declares a transform; TypeScript infers its settings from `parameters`. */
export function transform<const P extends Parameters>(made: Transform<P>): Transform<P> {
  return made;
}

/** A line of the table of transforms, and a picture of their sheet. */
export interface TransformExample {
  name: string;
  /** The group that it belongs to. */
  kind: "geometry" | "RandAugment" | "colour" | "erasing" | "mixing";
  /** Says in a few words what happens to an image. */
  does: string;
  /** Its parameters and their ranges. */
  parameters: string;
  /** The paper or library that it follows. */
  source: string;
  /**
   * Shows it on a square image.
   *
   * @param partner an image of the same size, to mix with
   * @returns a new image of the same size
   */
  example(image: PackedImage, random: Random, partner: PackedImage): PackedImage;
}

/** An example that works on a copy in place. */
export function onCopy(
  apply: (copy: PackedImage, random: Random, image: PackedImage) => void,
): TransformExample["example"] {
  return (image, random) => {
    const copy = { ...image, pixels: image.pixels.slice() };
    apply(copy, random, image);
    return copy;
  };
}

/**
 * The filter of transforms that interpolate: one of two, or either with probability 0.5 at every use, as
 * timm's `random`.
 */
export const interpolation = {
  type: "choice",
  choices: ["bilinear", "bicubic", "random"],
  default: "bilinear",
  does: "filter of the crop and of RandAugment's geometric operations; timm's recipes: random",
} as const satisfies ChoiceParameter;

/** The filter to use; draws only when the choice is `random`. */
export function drawInterpolation(choice: Interpolation | "random", random: Random): Interpolation {
  if (choice !== "random") return choice;
  return random.uniform() < 0.5 ? "bilinear" : "bicubic";
}
