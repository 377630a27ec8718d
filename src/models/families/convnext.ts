/**
 * ConvNeXt: Liu et al., "A ConvNet for the 2020s" (CVPR 2022), arXiv 2201.03545. Tensor names and defaults
 * follow timm's convnext.py. The stem's patch size is a parameter, so that small images keep a grid to look
 * at.
 */
import { z } from "zod";
import { family, fields, risingDropPath } from "./family.ts";
import {
  depthwise,
  gelu,
  globalAveragePool,
  layerScale,
  linear,
  linearIn,
  norm,
  patchConv,
} from "../layers.ts";
import { type Layer, named, network, residual, stage, TOWERS } from "../network.ts";
import { truncatedNormal } from "../parameters.ts";

const { whole, dropPath } = fields;

const schema = z.strictObject({
  family: z.literal("convnext"),
  depths: z.array(whole).min(1).describe("Blocks in each stage, for example [3, 3, 9, 3]."),
  dims: z.array(whole).min(1).describe("Channels of each stage, for example [96, 192, 384, 768]."),
  patch: whole.describe("Side of the stem's patches, px. The paper's networks: 4."),
  layerScale: z.number().describe("Initial layer scale; the paper of ConvNeXt: 1e-6."),
  dropPath,
  convMlp: z.boolean().optional().describe(
    "The layers of a block's MLP lie in files as 1x1 convolutions, as in timm's smallest. Default: false.",
  ),
});

/** Width and depth of a ConvNeXt. */
export type ConvNeXtConfig = z.infer<typeof schema>;

/** {@link linear} whose weight lies in files as that of a 1x1 convolution. */
const pointwise = (name: string, outputs: number): Layer =>
  linearIn(name, "conv", (inputs) => [1, 1, inputs, outputs], truncatedNormal);

/** `x + keep * gamma * mlp(norm(dwconv(x)))`, [B, H, W, C]; Figure 4 of the paper. */
function block(name: string, dim: number, { layerScale: scale, convMlp }: ConvNeXtConfig, dropPath: number) {
  const layer = convMlp ? pointwise : linear;
  return named(
    name,
    residual(
      dropPath,
      depthwise("conv_dw", 7),
      norm("norm"),
      layer("mlp.fc1", 4 * dim),
      gelu,
      layer("mlp.fc2", dim),
      layerScale("gamma", scale),
    ),
  );
}

function build(name: string, config: ConvNeXtConfig, classes: number, imageSize: number) {
  const { depths, dims, patch } = config;
  if (depths.length !== dims.length || dims.length === 0) {
    throw new Error(`ConvNeXt: depths [${depths}] and dims [${dims}] must have one number a stage each.`);
  }
  const dropPaths = risingDropPath(depths.reduce((a, b) => a + b), config.dropPath);
  const stages = dims.map((dim, s) => {
    const first = depths.slice(0, s).reduce((a, b) => a + b, 0);
    const blocks = Array.from(
      { length: depths[s] },
      (_, b) => block(`blocks.${b}`, dim, config, dropPaths[first + b]),
    );
    const downsample = named("downsample", norm("0"), patchConv("1", 2, dim)); // halves height and width
    return stage(`stages.${s}`, ...(s > 0 ? [downsample] : []), ...blocks);
  });
  return network({
    name,
    classes,
    imageSize,
    leastSide: patch * 2 ** (dims.length - 1),
    layers: [
      named("stem", patchConv("0", patch, dims[0]), norm("1")), // (B, H/patch, W/patch, dims[0])
      ...stages,
      named("head.norm", globalAveragePool, norm("")), // (B, dims.at(-1))
    ],
    classifier: linear("head.fc", classes),
    groups: { stem: /^stem\./, blocks: /^stages\.(\d+)\.(?:blocks\.(\d+)|downsample)\./ },
    towers: TOWERS,
  });
}

const sized = (depths: number[], dims: number[], rest: Partial<ConvNeXtConfig> = {}): ConvNeXtConfig => ({
  family: "convnext",
  depths,
  dims,
  patch: 4,
  layerScale: 1e-6,
  dropPath: 0,
  ...rest,
});

/** Four stages, each with twice as many channels as the one before. */
const doubling = (dim: number) => [dim, 2 * dim, 4 * dim, 8 * dim];

/** timm's networks below ConvNeXt-T. */
const timmSized = (depths: number[], dim: number) => sized(depths, doubling(dim), { convMlp: true });

/**
 * Three stages of one block each. The networks differ in width alone: each has about twice the parameters of
 * the one before.
 */
const micro = (dim: number) => sized([1, 1, 1], [dim, 2 * dim, 4 * dim], { patch: 4, layerScale: 1 });

/**
 * The networks of the paper's Figure 2, as the code that was published with the submission has them: at three
 * classes 7,373, 124,933, 470,663 and 871,743 parameters, then timm's. That code calls the third and fourth
 * 1_20 and 2_20: how often the depths 1, 1, 3, 1 are taken, and the width of the first stage. None has
 * stochastic depth: the paper's Table 9 lists none, and the authors' commands leave it at 0.
 */
const sizes = {
  convnext_7k: sized([1, 1, 1, 1], [10, 10, 10, 10]),
  convnext_125k: sized([1, 1, 3, 1], doubling(10)),
  convnext_471k: sized([1, 1, 3, 1], doubling(20)),
  convnext_872k: sized([2, 2, 6, 2], doubling(20)),
  convnext_atto: timmSized([2, 2, 6, 2], 40),
  convnext_femto: timmSized([2, 2, 6, 2], 48),
  convnext_pico: timmSized([2, 2, 6, 2], 64),
  convnext_nano: timmSized([2, 2, 8, 2], 80),
  /** The paper's default network, 28,589,128 parameters at 1000 classes. */
  convnext_tiny: sized([3, 3, 9, 3], doubling(96)),
  convnext_small: sized([3, 3, 27, 3], doubling(96)),
  convnext_base: sized([3, 3, 27, 3], doubling(128)),
};

const microSizes = {
  convnext_7k_micro: micro(5),
  convnext_16k_micro: micro(8),
  convnext_30k_micro: micro(11),
  convnext_60k_micro: micro(16),
  convnext_120k_micro: micro(23),
  convnext_220k_micro: micro(32),
  convnext_450k_micro: micro(46),
  convnext_860k_micro: micro(64),
};

/** The ConvNeXts of the paper's Figure 2 by name, from 7 thousand parameters to 88 million. */
export const convnextSizes: readonly string[] = Object.keys(sizes);

/**
 * ConvNeXts of our own, for 56 px images on two cores and a figure like the paper's Figure 2: from 7 thousand
 * parameters to 0.9 million.
 */
export const convnextMicroSizes: readonly string[] = Object.keys(microSizes);

export const convnext = family({
  schema,
  named: {
    ...sizes,
    /**
     * For 32 px images on two cores: patches of 2 px, two stages; layer scale from 1, since training is
     * short.
     */
    convnext_micro: sized([1, 1], [32, 64], { patch: 2, layerScale: 1 }),
    /** For 48 to 64 px on two cores: patches of 2 px, which thin lines need. */
    convnext_mini: sized([1, 1, 1], [16, 32, 64], { patch: 2, layerScale: 1 }),
    ...microSizes,
  },
  build,
});
