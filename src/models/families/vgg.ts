/**
 * VGG: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (ICLR
 * 2015), arXiv 1409.1556, with or without batch norm. Tensor names and defaults follow torchvision's vgg.py.
 */
import { z } from "zod";
import { batchNorm, conv, maxPool, relu } from "../layers.ts";
import { denseHead, headFields } from "./dense_head.ts";
import { family, fields } from "./family.ts";
import { type Layer, network, tapped } from "../network.ts";
import { type Initialiser, kaiming } from "../parameters.ts";

const schema = z.strictObject({
  family: z.literal("vgg"),
  dims: z.array(z.array(fields.whole).min(1)).min(1).describe(
    "Channels of the 3x3 convolutions of each stage; 2x2 max pooling ends a stage.",
  ),
  batchNorm: z.boolean().describe("Whether each convolution has a batch norm after it."),
  ...headFields,
});

/** Width and depth of a VGG. */
export type VggConfig = z.infer<typeof schema>;

/** The stages; layers are numbered as in torchvision's `features`. */
function features({ dims, batchNorm: isNormed }: VggConfig): Layer[] {
  let place = 0;
  const next = () => `features.${place++}`;
  return dims.flatMap((stage) => [
    ...stage.map((dim) => {
      const layers = [
        conv(next(), dim, 3, { init: kaiming }),
        ...(isNormed ? [batchNorm(next())] : []),
        relu,
      ];
      return tapped(next(), ...layers);
    }),
    tapped(next(), maxPool(2, 2)), // halves height and width
  ]);
}

/** torchvision's for linear layers, whatever their size. */
const denseInit: Initialiser = () => ({ weight: { normal: 0.01 }, bias: 0 });

function build(name: string, config: VggConfig, classes: number, imageSize: number) {
  const head = denseHead(config, classes, "after", denseInit);
  return network({
    name,
    classes,
    imageSize,
    leastSide: 2 ** config.dims.length,
    layers: [...features(config), ...head.layers],
    classifier: head.classifier,
    groups: { stem: /^features\.0\./, blocks: /^features\.(\d+)\./ },
    dropout: config.dropout > 0,
  });
}

const sized = (dims: number[][], batchNorm: boolean): VggConfig => ({
  family: "vgg",
  dims,
  batchNorm,
  pool: 7,
  hidden: 4096,
  dropout: 0.5,
});

const vgg11 = [[64], [128], [256, 256], [512, 512], [512, 512]];
const vgg16 = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]];

export const vgg = family({
  schema,
  named: {
    vgg11: sized(vgg11, false),
    vgg11_bn: sized(vgg11, true),
    vgg16: sized(vgg16, false),
    vgg16_bn: sized(vgg16, true),
    /**
     * For 32 to 64 px on two cores: three stages of two convolutions; with batch norm, so that few epochs are
     * enough.
     */
    vgg_micro: {
      family: "vgg",
      dims: [[16, 16], [32, 32], [64, 64]],
      batchNorm: true,
      pool: 4,
      hidden: 128,
      dropout: 0.5,
    },
  },
  build,
});
