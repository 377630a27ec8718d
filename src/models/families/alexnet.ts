/**
 * AlexNet: Krizhevsky, Sutskever & Hinton (NIPS 2012) in the form of "One weird trick for parallelizing
 * convolutional neural networks", arXiv 1404.5997, which torchvision's alexnet.py has; tensor names and
 * defaults are torchvision's.
 */
import { z } from "zod";
import { denseHead, headFields } from "./dense_head.ts";
import { family, fields } from "./family.ts";
import { conv, maxPool, relu } from "../layers.ts";
import { type Layer, network, place, sequence, tapped } from "../network.ts";
import { torchDefault } from "../parameters.ts";

const { whole } = fields;

const schema = z.strictObject({
  family: z.literal("alexnet"),
  dims: z.tuple([whole, whole, whole, whole, whole]).describe(
    "Channels of the five convolutions. torchvision's: [64, 192, 384, 256, 256].",
  ),
  stem: z.strictObject({ size: whole, stride: whole }).describe(
    "Size and stride of the first convolution, px. torchvision's: 11 and 4.",
  ),
  ...headFields,
});

/** Widths of an AlexNet. */
export type AlexNetConfig = z.infer<typeof schema>;

/** torchvision pads the 11x11 convolution by 2, less than half; others keep height and width. */
const padOf = (size: number) => size === 11 ? 2 : (size - 1) / 2;

/** The convolutions, each with its ReLU and its pooling; their places are torchvision's in `features`. */
function features({ dims, stem }: AlexNetConfig): Layer[] {
  const convolved = (place: number, dim: number, size: number, stride = 1) =>
    tapped(
      `features.${place + 1}`,
      conv(`features.${place}`, dim, size, { stride, pad: padOf(size), init: torchDefault }),
      relu,
    );
  const pooled = (place: number) => tapped(`features.${place}`, maxPool(3, 2));
  return [
    convolved(0, dims[0], stem.size, stem.stride),
    pooled(2),
    convolved(3, dims[1], 5),
    pooled(5),
    convolved(6, dims[2], 3),
    convolved(8, dims[3], 3),
    convolved(10, dims[4], 3),
    pooled(12),
  ];
}

/** The least side of an image of which the last pooling leaves something. */
function leastSide(layers: Layer[]): number {
  const isLeft = (side: number) =>
    place(sequence(...layers), { path: "", shape: [side, side, 3], left: {} }).rows
      .every(({ shape: [height] }) => height >= 1);
  let side = 1;
  while (!isLeft(side)) side++;
  return side;
}

function build(name: string, config: AlexNetConfig, classes: number, imageSize: number) {
  const convolutions = features(config);
  const head = denseHead(config, classes, "before", torchDefault);
  return network({
    name,
    classes,
    imageSize,
    leastSide: leastSide(convolutions),
    layers: [...convolutions, ...head.layers],
    classifier: head.classifier,
    groups: { stem: /^features\.0\./, blocks: /^features\.(\d+)\./ },
    dropout: config.dropout > 0,
  });
}

export const alexnet = family({
  schema,
  named: {
    /** torchvision's, 61,100,840 parameters at 1000 classes. */
    alexnet: {
      family: "alexnet",
      dims: [64, 192, 384, 256, 256],
      stem: { size: 11, stride: 4 },
      pool: 6,
      hidden: 4096,
      dropout: 0.5,
    },
    /**
     * For 32 to 64 px on two cores: the 5x5 convolution at full resolution, since little is left after three
     * poolings.
     */
    alexnet_micro: {
      family: "alexnet",
      dims: [24, 48, 96, 64, 64],
      stem: { size: 5, stride: 1 },
      pool: 3,
      hidden: 256,
      dropout: 0.5,
    },
  },
  build,
});
