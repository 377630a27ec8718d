/**
 * The random transforms of training images as one list. Folds over it are the pipeline, the type and the
 * check of its settings, an augmentation's identity and names, the sheet of examples, the table of the
 * documentation, and the zod schema in schemas.ts.
 */
import type { Random } from "../../stats/mod.ts";
import type { EncodedImage, PackedImage } from "../image.ts";
import {
  checkSettings,
  type Flat,
  parametersText,
  type SettingsOf,
  withDefaults,
  withoutDefaults,
} from "../parameters.ts";
import { colorJitter } from "./color_jitter.ts";
import { horizontalFlip } from "./horizontal_flip.ts";
import { randAugment } from "./rand_augment.ts";
import { randomErasing } from "./random_erasing.ts";
import { paperCrop, randomResizedCrop } from "./random_resized_crop.ts";
import { randomShift } from "./random_shift.ts";
import { onCopy, type Transform, type TransformExample } from "./transform.ts";

/** In the order in which they are applied, which is timm's. */
const TRANSFORMS = [
  randomResizedCrop,
  randomShift,
  horizontalFlip,
  randAugment,
  colorJitter,
  randomErasing,
] as const;

const transforms: readonly Transform[] = TRANSFORMS;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends
  (all: infer All) => void ? All : never;

/** The fields of every transform. */
type AugmentationParameters = Flat<Intersection<(typeof TRANSFORMS)[number]["parameters"]>>;

/** The parameters of an augmentation: those of every transform. */
export const augmentationParameters = Object.assign(
  {},
  ...transforms.map(({ parameters }) => parameters),
) as AugmentationParameters;

/**
 * The random transforms of an experiment's training images: the settings of all transforms side by side. A
 * field that is left out or `null` does nothing. Validation images are not augmented.
 */
export type Augmentation = SettingsOf<AugmentationParameters>;

/** RandCrop as in the paper's Table 4 (torchvision's defaults) and a flip. */
export const randomCrop: Augmentation = { ...paperCrop, flip: 0.5 };

/**
 * Writes an augmented image to `seen`, a square. It depends on the stored image and the stream only. Of an
 * encoded image only the crop is decoded.
 */
type Augment = (stored: PackedImage | EncodedImage, seen: PackedImage, random: Random) => void;

/**
 * Reads an augmentation once, for many images.
 *
 * @throws {Error} naming the field at fault
 */
export function makeAugment(augmentation: Augmentation): Augment {
  checkSettings(augmentationParameters, augmentation, "augmentation");
  const settings = withDefaults(augmentationParameters, augmentation);
  return (stored, seen, random) => {
    for (const { apply } of transforms) apply(seen, settings, random, stored);
  };
}

/** The transforms that do something. */
function active(augmentation: Augmentation): Transform[] {
  const settings = withDefaults(augmentationParameters, augmentation);
  return transforms.filter(({ isOn }) => isOn(settings));
}

/** Whether training images are changed at random at all. */
export function isAugmented(augmentation: Augmentation): boolean {
  return active(augmentation).length > 0;
}

/** The transforms of Table 4 that do something, by the paper's names: `["RandCrop", "RandAug"]`. */
export function augmentationNames(augmentation: Augmentation): string[] {
  return active(augmentation).flatMap(({ paperName }) => paperName ?? []);
}

/**
 * An augmentation without the fields that equal their default: the same augmentation becomes the same object.
 */
export function augmentationIdentity(augmentation: Augmentation): Partial<Augmentation> {
  return withoutDefaults(augmentationParameters, augmentation);
}

/** The examples of every transform of one image, in the order in which they are applied. */
export const imageTransforms: readonly TransformExample[] = transforms.flatMap(
  ({ name, kind, does, source, parameters, apply, examples, operations = [] }) => [
    ...examples.map(({ settings, ...named }): TransformExample => {
      const complete = withDefaults(parameters, settings);
      const example = onCopy((copy, random, image) => apply(copy, complete, random, image));
      return { name, kind, does, source, ...named, parameters: parametersText(parameters), example };
    }),
    ...operations,
  ],
);
