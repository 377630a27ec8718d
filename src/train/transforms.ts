/** The registry of all transforms: those of one image, and those that mix two. */
import { imageTransforms, type PackedImage, type Transform } from "../images/mod.ts";
import type { Random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { cutMixOf, type ImageMix, mix, mixInput } from "./mixup.ts";

/** The image's place in a batch of two that is mixed by the operation of the training step. */
function mixedExample(draw: (image: PackedImage, random: Random) => ImageMix): Transform["example"] {
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

const mixing: Transform[] = [
  {
    name: "MixUp",
    kind: "mixing",
    does: "the weighted mean of two images, and of their targets",
    parameters: "weight drawn from Beta(0.8, 0.8); here 0.6",
    source: "Zhang et al. 2018, timm Mixup",
    example: mixedExample(() => ({ lambda: 0.6 })),
  },
  {
    name: "CutMix",
    kind: "mixing",
    does: "a rectangle from another image; targets weighed by area",
    parameters: "area kept drawn from Beta(1, 1); here 0.7",
    source: "Yun et al. 2019, timm Mixup",
    example: mixedExample(({ height, width }, random) =>
      cutMixOf(0.7, random.below(height), random.below(width), height, width)
    ),
  },
];

/** Every transform, in the order in which tables and sheets show them. Those that mix need TensorFlow to be started. */
export const transforms: readonly Transform[] = [...imageTransforms, ...mixing];
