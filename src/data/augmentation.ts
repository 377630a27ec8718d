import {
  type ColorJitter,
  colorJitter,
  cropResize,
  drawInterpolation,
  type EncodedImage,
  flipHorizontal,
  type InterpolationChoice,
  type PackedImage,
  parseRandAugment,
  randAugment,
  type RandomErasing,
  randomErasing,
  randomResizedCropBox,
  resizeAndCentreCrop,
} from "../images/mod.ts";
import type { Random } from "../stats/mod.ts";

/**
 * Random transforms of training images, in timm's order: crop, flip, RandAugment, colour jitter, erasing. Validation images get
 * none. A field that is left out or `null` does nothing.
 */
export interface Augmentation {
  /** `random-resized`: torchvision's RandomResizedCrop; `none`: what inference does (resize, centre crop). */
  crop: "random-resized" | "none";
  /** Least and greatest share of the image's area that a crop takes. The paper's recipe: 0.08 to 1. */
  scale: [number, number];
  /** Least and greatest aspect ratio of a crop. The paper's recipe: 3/4 to 4/3. */
  ratio: [number, number];
  /** Probability of a mirror image. The paper's recipe: 0.5. */
  flip: number;
  /** Filter of the random crop and of RandAugment's geometric operations. Default: bilinear. timm's recipes: random. */
  interpolation?: InterpolationChoice;
  /** timm's notation; see `parseRandAugment`. The paper's recipe: rand-m9-mstd0.5-inc1. */
  randAugment?: string | null;
  /** torchvision's ColorJitter; timm leaves it out where there is RandAugment. */
  colorJitter?: ColorJitter | null;
  /** timm's RandomErasing. */
  erase?: RandomErasing | null;
}

/** RandCrop as in the paper's Table 4 (torchvision's defaults) and a flip. */
export const randomCrop: Augmentation = {
  crop: "random-resized",
  scale: [0.08, 1],
  ratio: [3 / 4, 4 / 3],
  flip: 0.5,
};

/**
 * Makes an augmented image: a function of what is in `image` and of the stream alone. `seen` is square and is written to. Of an
 * encoded image only the crop is decoded.
 */
export type Augment = (image: PackedImage | EncodedImage, seen: PackedImage, random: Random) => void;

/**
 * Reads the augmentation once, for many images.
 *
 * @throws {Error} for an augmentation that cannot be; see {@link checkAugmentation}
 */
export function makeAugment(augmentation: Augmentation): Augment {
  checkAugmentation(augmentation);
  const { crop, scale, ratio, flip, interpolation = "bilinear", erase } = augmentation;
  const rand = augmentation.randAugment ? parseRandAugment(augmentation.randAugment) : undefined;
  const jitter = augmentation.colorJitter;
  return (image, seen, random) => {
    if (crop === "none") resizeAndCentreCrop(image, seen.width, seen.pixels);
    else {
      const box = randomResizedCropBox(random, image.height, image.width, scale, ratio);
      cropResize(image, box, seen.width, seen.pixels, drawInterpolation(interpolation, random));
    }
    if (random.uniform() < flip) flipHorizontal(seen.pixels, seen.height, seen.width, seen.channels);
    if (rand) randAugment(seen, rand, interpolation, random);
    if (jitter) colorJitter(seen, jitter, random);
    if (erase) randomErasing(seen, erase, random);
  };
}

/**
 * Checks an augmentation.
 *
 * @throws {Error} naming the field at fault
 */
export function checkAugmentation({ scale, ratio, flip, ...more }: Augmentation): void {
  if (!(scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1)) {
    throw new Error(
      `augmentation.scale is ${scale}; it must be two shares of the area, 0 < least <= greatest <= 1`,
    );
  }
  if (!(ratio[0] > 0 && ratio[0] <= ratio[1])) {
    throw new Error(`augmentation.ratio is ${ratio}; it must be two aspect ratios, 0 < least <= greatest`);
  }
  if (!(flip >= 0 && flip <= 1)) {
    throw new Error(`augmentation.flip is ${flip}; it must be a probability, 0 to 1`);
  }
  const { interpolation = "bilinear", randAugment, colorJitter, erase } = more;
  if (!["bilinear", "bicubic", "random"].includes(interpolation)) {
    throw new Error(
      `augmentation.interpolation is "${interpolation}"; it must be bilinear, bicubic or random`,
    );
  }
  if (randAugment != null) checkRandAugment(randAugment);
  if (colorJitter) checkJitter(colorJitter);
  if (erase) checkErasing(erase);
}

function checkRandAugment(text: string): void {
  try {
    parseRandAugment(text);
  } catch (cause) {
    throw new Error(`augmentation.randAugment: ${(cause as Error).message}`, { cause });
  }
}

function checkJitter(jitter: ColorJitter): void {
  for (const key of ["brightness", "contrast", "saturation", "hue"] as const) {
    const most = key === "hue" ? 0.5 : Infinity;
    if (jitter[key] >= 0 && jitter[key] <= most) continue;
    throw new Error(
      `augmentation.colorJitter.${key} is ${jitter[key]}; it must be ${
        key === "hue" ? "0 to 0.5" : "0 or more"
      }`,
    );
  }
}

function checkErasing({ probability, mode, area, count }: RandomErasing): void {
  const fault = (field: string, value: unknown, what: string) =>
    new Error(`augmentation.erase.${field} is ${value}; it must be ${what}`);
  if (!(probability >= 0 && probability <= 1)) throw fault("probability", probability, "0 to 1");
  if (!["const", "rand", "pixel"].includes(mode)) throw fault("mode", `"${mode}"`, "const, rand or pixel");
  if (!(area[0] > 0 && area[0] <= area[1] && area[1] <= 1)) {
    throw fault("area", area, "two shares of the area, 0 < least <= greatest <= 1");
  }
  if (!Number.isInteger(count) || count < 1) throw fault("count", count, "a whole number, 1 or more");
}
