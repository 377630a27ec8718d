/**
 * ResNet: He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016), arXiv 1512.03385, in the
 * form called v1.5, which halves height and width in a bottleneck's 3x3 convolution. Tensor names and
 * defaults follow timm's resnet.py.
 */
import { z } from "zod";
import { batchNorm, conv, globalAveragePool, linear, maxPool, relu } from "../layers.ts";
import { family, fields } from "./family.ts";
import { type Layer, named, network, shortcut, stage, tapped } from "../network.ts";
import { kaiming, torchDefault } from "../parameters.ts";

const { whole } = fields;

const schema = z.strictObject({
  family: z.literal("resnet"),
  block: z.enum(["basic", "bottleneck"]).describe(
    "Two 3x3 convolutions, or 1x1, 3x3, 1x1 with four times as many channels outside as inside.",
  ),
  depths: z.array(whole).min(1).describe("Blocks in each stage, for example [3, 4, 6, 3]."),
  dims: z.array(whole).min(1).describe(
    "Channels inside the blocks of each stage. The paper's networks: [64, 128, 256, 512].",
  ),
  stemDim: whole.describe("Channels of the first convolution. The paper's: 64."),
  stem: z.enum(["7x7", "5x5", "3x3", "deep", "deep-pool"]).describe(
    "7x7 with stride 2 and max pooling after it; 5x5 with stride 2 alone; 3x3 with neither, for small images; deep: " +
      "3x3, a norm, and 3x3 with stride 2; or deep-pool: the same without the stride, and max pooling.",
  ),
});

/** Width and depth of a ResNet. */
export type ResNetConfig = z.infer<typeof schema>;

const EXPANSION = { basic: 1, bottleneck: 4 };

/**
 * Side and stride of the convolution that ends the stem, the convolution of its side before it, and what
 * halves height and width after it.
 */
const STEMS: Record<ResNetConfig["stem"], Stem> = {
  "7x7": { side: 7, stride: 2, pool: maxPool(3, 2, 1) },
  "5x5": { side: 5, stride: 2 },
  "3x3": { side: 3, stride: 1 },
  "deep": { side: 3, stride: 2, isDeep: true },
  "deep-pool": { side: 3, stride: 1, isDeep: true, pool: maxPool(2, 2) },
};

interface Stem {
  side: number;
  stride: number;
  isDeep?: boolean;
  pool?: Layer;
}

const convolution = (name: string, outputs: number, size: number, stride = 1) =>
  conv(name, outputs, size, { stride, bias: false, init: kaiming });

/**
 * `relu(branch(x) + past(x))`, Figure 5 of the paper. The last norm of a branch starts at 0, so that a block
 * starts as the identity (timm's `zero_init_last`).
 */
function block(name: string, kind: ResNetConfig["block"], inputs: number, dim: number, stride: number) {
  const outputs = dim * EXPANSION[kind];
  const branch = kind === "basic"
    ? [
      ...[convolution("conv1", dim, 3, stride), batchNorm("bn1"), relu],
      ...[convolution("conv2", dim, 3), batchNorm("bn2", 0)],
    ]
    : [
      ...[convolution("conv1", dim, 1), batchNorm("bn1"), relu],
      ...[convolution("conv2", dim, 3, stride), batchNorm("bn2"), relu],
      ...[convolution("conv3", outputs, 1), batchNorm("bn3", 0)],
    ];
  const past = stride === 1 && inputs === outputs
    ? []
    : [convolution("downsample.0", outputs, 1, stride), batchNorm("downsample.1")];
  return named(name, shortcut(branch, past), relu);
}

/**
 * The layers before the stages. Those of a deep stem have timm's names for ResNet-D's (He et al., "Bag of
 * Tricks", arXiv 1812.01187), which has one convolution more.
 */
function stemOf({ stem, stemDim }: ResNetConfig): Layer[] {
  const { side, stride, isDeep } = STEMS[stem];
  const deep = [convolution("conv1.0", stemDim, side), batchNorm("conv1.1"), relu];
  return [
    ...(isDeep ? deep : []),
    ...[convolution(isDeep ? "conv1.3" : "conv1", stemDim, side, stride), batchNorm("bn1"), relu],
  ];
}

function build(name: string, config: ResNetConfig, classes: number, imageSize: number) {
  const { block: kind, depths, dims, stemDim } = config;
  if (depths.length !== dims.length) {
    throw new Error(`ResNet: depths [${depths}] and dims [${dims}] must have one number a stage each.`);
  }
  const { stride, pool } = STEMS[config.stem];
  const widths = dims.map((dim) => dim * EXPANSION[kind]);
  const stages = dims.map((dim, s) => {
    const blocks = Array.from({ length: depths[s] }, (_, b) => {
      const inputs = b > 0 ? widths[s] : s > 0 ? widths[s - 1] : stemDim;
      return block(`${b}`, kind, inputs, dim, s > 0 && b === 0 ? 2 : 1);
    });
    return stage(`layer${s + 1}`, ...blocks); // halved from the second stage on
  });
  return network({
    name,
    classes,
    imageSize,
    leastSide: stride * (pool ? 2 : 1) * 2 ** (dims.length - 1),
    layers: [
      tapped("act1", ...stemOf(config)),
      ...(pool ? [tapped("maxpool", pool)] : []), // (B, H/4, W/4, stemDim) for 7x7
      ...stages,
      tapped("global_pool", globalAveragePool), // (B, features)
    ],
    classifier: linear("fc", classes, torchDefault),
    groups: { stem: /^(conv1|bn1)\./, blocks: /^layer(\d+)\.(\d+)\./ },
  });
}

const sized = (block: ResNetConfig["block"], depths: number[]): ResNetConfig => ({
  family: "resnet",
  block,
  depths,
  dims: [64, 128, 256, 512],
  stemDim: 64,
  stem: "7x7",
});

/** For 32 to 64 px on two cores: one block a stage. */
const small = (dims: number[], stem: ResNetConfig["stem"], stemDim = 16): ResNetConfig => ({
  family: "resnet",
  block: "basic",
  depths: dims.map(() => 1),
  dims,
  stemDim,
  stem,
});

export const resnet = family({
  schema,
  named: {
    resnet18: sized("basic", [2, 2, 2, 2]),
    resnet34: sized("basic", [3, 4, 6, 3]),
    resnet50: sized("bottleneck", [3, 4, 6, 3]),
    resnet101: sized("bottleneck", [3, 4, 23, 3]),
    /**
     * For 32 to 64 px on two cores: as He et al. have it for CIFAR-10 (section 4.2), one block a stage.
     */
    resnet_micro: small([16, 32, 64], "3x3"),
    /**
     * For 32 to 64 px on two cores: four stages after a first convolution of stride 2. It has the size and
     * the depth to learn images by heart fast, which notebook 08 asks for.
     */
    resnet_mini: small([16, 32, 64, 128], "5x5"),
    /**
     * For 48 to 64 px on two cores. A first convolution of stride 2 sees every pixel, and the stages work at
     * half of the size. There are two: what a unit sees is 25 px wide, so that a drawing is not learnt by
     * heart (a third stage takes 309 thousand parameters to 93% of the training images and to 41% of others).
     */
    resnet_tiny: small([24, 48], "5x5"),
    /**
     * As `resnet_tiny`, with a norm and a second convolution before height and width are halved: a function
     * of single pixels' neighbourhoods that is more than linear. Hard libraries are told apart by it
     * (`tabler + remix + mingcute`, seed 100: 70% instead of 53%), for 15% more multiply-adds.
     */
    resnet_tiny_deep: small([24, 48], "deep"),
    /**
     * For 48 to 64 px on two cores: two convolutions at the image's own size and max pooling, then two stages
     * of few channels. With a third of the parameters of `resnet_tiny_deep` it takes three fifths of the time
     * for as many steps.
     */
    resnet_tiny_pool: small([8, 32], "deep-pool", 8),
  },
  build,
});
