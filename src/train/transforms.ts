/** The transforms that mix two images, which the training step applies, and the list of all transforms. */
import {
  type Augmentation,
  augmentationNames,
  imageTransforms,
  type PackedImage,
  type TransformExample,
} from "../images/mod.ts";
import type { Random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { cutMixOf, mix, mixInput, type MixPlan } from "./mixup.ts";
import type { Mix } from "./recipe.ts";

/**
 * A transform that mixes two images. Its settings are in a recipe's `mix`; its name is that of the paper's
 * Table 4.
 */
interface MixingTransform extends TransformExample {
  isOn(mix: Mix): boolean;
}

const MIXING: readonly MixingTransform[] = [
  {
    name: "MixUp",
    kind: "mixing",
    does: "the weighted mean of two images, and of their targets",
    parameters: "mix.mixup: the weight is drawn from Beta(α, α); the paper's α: 0.8; here 0.6",
    source: "Zhang et al. 2018, timm Mixup",
    isOn: ({ mixup }) => mixup > 0,
    example: mixedExample(() => ({ lambda: 0.6 })),
  },
  {
    name: "CutMix",
    kind: "mixing",
    does: "a rectangle from another image; targets weighed by area",
    parameters: "mix.cutmix: the area kept is drawn from Beta(α, α); the paper's α: 1; here 0.7",
    source: "Yun et al. 2019, timm Mixup",
    isOn: ({ cutmix }) => cutmix > 0,
    example: mixedExample(({ height, width }, random) =>
      cutMixOf(0.7, random.below(height), random.below(width), height, width)
    ),
  },
];

/** Mixes a batch of two by the operation of the training step and shows the first image. */
function mixedExample(
  draw: (image: PackedImage, random: Random) => MixPlan[number],
): TransformExample["example"] {
  return (image, random, partner) => {
    const { height, width, channels } = image;
    const pixels = tf.tidy(() => {
      const pair = tf.tensor4d([...image.pixels, ...partner.pixels], [2, height, width, channels]);
      const { images } = mix(pair, tf.eye(2), mixInput([draw(image, random), { lambda: 1 }]));
      return images.slice([0], [1]).dataSync();
    });
    return { ...image, pixels: Uint8Array.from(pixels, Math.round) };
  };
}

/**
 * Every transform, in the order in which they are applied. The mixing ones need a started TensorFlow for
 * their examples.
 */
export const transforms: readonly TransformExample[] = [...imageTransforms, ...MIXING];

/** The augmentation of an experiment in the words of the paper's Table 4: "none", "RandCrop, RandAug", …. */
export function augmentationName(
  { augmentation, recipe: { mix } }: { augmentation: Augmentation; recipe: { mix?: Mix | null } },
): string {
  const mixing = mix ? MIXING.filter(({ isOn }) => isOn(mix)).map(({ name }) => name) : [];
  const names = [...augmentationNames(augmentation), mixing.join("/")];
  return names.filter(Boolean).join(", ") || "none";
}
