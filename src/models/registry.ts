/** The models by name. timm's names where the model is timm's; `_micro` for those that suit small images and two cores. */
import type { AlexNetConfig } from "./alexnet.ts";
import type { CnnConfig } from "./cnn.ts";
import type { ConvNeXtConfig } from "./convnext.ts";
import type { MaeConfig } from "./mae.ts";
import type { ResNetConfig } from "./resnet.ts";
import type { VggConfig } from "./vgg.ts";
import type { ViTConfig } from "./vit.ts";

/** Configuration of a model of any family. */
export type ModelConfig = AlexNetConfig | VggConfig | ResNetConfig | ViTConfig | ConvNeXtConfig | CnnConfig;

const convnext = (depths: number[], dims: number[], rest: Partial<ConvNeXtConfig> = {}): ConvNeXtConfig => ({
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
const timmConvnext = (depths: number[], dim: number) => convnext(depths, doubling(dim), { convMlp: true });

const vgg = (dims: number[][], batchNorm: boolean): VggConfig => ({
  family: "vgg",
  dims,
  batchNorm,
  pool: 7,
  hidden: 4096,
  dropout: 0.5,
});

const vgg11 = [[64], [128], [256, 256], [512, 512], [512, 512]];
const vgg16 = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]];

const resnet = (block: ResNetConfig["block"], depths: number[]): ResNetConfig => ({
  family: "resnet",
  block,
  depths,
  dims: [64, 128, 256, 512],
  stemDim: 64,
  stem: "7x7",
});

const vit = (dim: number, heads: number, rest: Partial<ViTConfig> = {}): ViTConfig => ({
  family: "vit",
  patch: 16,
  dim,
  depth: 12,
  heads,
  classToken: true,
  pooling: "token",
  positions: "learnt",
  dropPath: 0,
  ...rest,
});

/** Of three stages of one block; they differ in width alone, each with about twice the parameters of the one before. */
const micro = (dim: number) => convnext([1, 1, 1], [dim, 2 * dim, 4 * dim], { patch: 2, layerScale: 1 });

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

/** Every named model. */
export const models = {
  /** torchvision's, 61,100,840 parameters at 1000 classes. */
  alexnet: {
    family: "alexnet",
    dims: [64, 192, 384, 256, 256],
    stem: { size: 11, stride: 4 },
    pool: 6,
    hidden: 4096,
    dropout: 0.5,
  },
  vgg11: vgg(vgg11, false),
  vgg11_bn: vgg(vgg11, true),
  vgg16: vgg(vgg16, false),
  vgg16_bn: vgg(vgg16, true),
  resnet18: resnet("basic", [2, 2, 2, 2]),
  resnet34: resnet("basic", [3, 4, 6, 3]),
  resnet50: resnet("bottleneck", [3, 4, 6, 3]),
  resnet101: resnet("bottleneck", [3, 4, 23, 3]),
  vit_tiny_patch16_224: vit(192, 3),
  vit_small_patch16_224: vit(384, 6),
  vit_base_patch16_224: vit(768, 12),
  /** The smallest of the paper's Figure 2: about 7K parameters at 3 classes. */
  convnext_7k: convnext([1, 3, 1], [4, 8, 16]),
  convnext_30k: convnext([1, 1, 2, 1], doubling(5)),
  convnext_110k: convnext([1, 1, 2, 1], doubling(10)),
  convnext_330k: convnext([2, 2, 6, 2], doubling(12)),
  convnext_1m: convnext([2, 2, 6, 2], doubling(24)),
  convnext_atto: timmConvnext([2, 2, 6, 2], 40),
  convnext_femto: timmConvnext([2, 2, 6, 2], 48),
  convnext_pico: timmConvnext([2, 2, 6, 2], 64),
  convnext_nano: timmConvnext([2, 2, 8, 2], 80),
  /** The paper's default network, 28,589,128 parameters at 1000 classes (arXiv 2201.03545, section 2). */
  convnext_tiny: convnext([3, 3, 9, 3], doubling(96), { dropPath: 0.1 }),
  /** With the stochastic depth that arXiv 2201.03545, Table 5 gives each. */
  convnext_small: convnext([3, 3, 27, 3], doubling(96), { dropPath: 0.4 }),
  convnext_base: convnext([3, 3, 27, 3], doubling(128), { dropPath: 0.5 }),
  /** AlexNet for 32 to 64 px on two cores: the 5x5 convolution at full resolution, since little is left after three poolings. */
  alexnet_micro: {
    family: "alexnet",
    dims: [24, 48, 96, 64, 64],
    stem: { size: 5, stride: 1 },
    pool: 3,
    hidden: 256,
    dropout: 0.5,
  },
  /** VGG for 32 to 64 px on two cores: three stages of two convolutions; with batch norm, so that few epochs are enough. */
  vgg_micro: {
    family: "vgg",
    dims: [[16, 16], [32, 32], [64, 64]],
    batchNorm: true,
    pool: 4,
    hidden: 128,
    dropout: 0.5,
  },
  /** ResNet for 32 to 64 px on two cores: as He et al. have it for CIFAR-10 (section 4.2), one block a stage. */
  resnet_micro: {
    family: "resnet",
    block: "basic",
    depths: [1, 1, 1],
    dims: [16, 32, 64],
    stemDim: 16,
    stem: "3x3",
  },
  /** ViT for 32 to 64 px on two cores: patches of 4 px; mean pooling and fixed positions, which need less training. */
  vit_micro: vit(96, 3, { patch: 4, depth: 4, classToken: false, pooling: "mean", positions: "sincos" }),
  /** For 32 px images on two cores: patches of 2 px, two stages; layer scale from 1, since training is short. */
  convnext_micro: convnext([1, 1], [32, 64], { patch: 2, layerScale: 1 }),
  ...microSizes,
  /** Three 3x3 convolutions. */
  cnn_micro: { family: "cnn", dims: [32, 64, 128] },
} satisfies Record<string, ModelConfig> as Readonly<Record<string, ModelConfig>>;

/** The ConvNeXts of the paper's Figure 2 by name, from about 7 thousand parameters to 88 million. */
export const convnextSizes: readonly string[] = [
  "convnext_7k",
  "convnext_30k",
  "convnext_110k",
  "convnext_330k",
  "convnext_1m",
  "convnext_atto",
  "convnext_femto",
  "convnext_pico",
  "convnext_nano",
  "convnext_tiny",
  "convnext_small",
  "convnext_base",
];

/** ConvNeXts for 32 px images on two cores, for a figure like the paper's Figure 2: from 7 thousand parameters to 0.9 million. */
export const convnextMicroSizes: readonly string[] = Object.keys(microSizes);

/** Every named masked autoencoder. */
export const autoencoders = {
  /** The paper's (arXiv 2111.06377). Its encoder is `vit_base_patch16_224` with fixed positions. */
  mae_vit_base_patch16: {
    family: "mae",
    patch: 16,
    encoder: { dim: 768, depth: 12, heads: 12 },
    decoder: { dim: 512, depth: 8, heads: 16 },
    maskRatio: 0.75,
  },
  /** For 32 to 64 px on two cores. */
  mae_vit_micro: {
    family: "mae",
    patch: 4,
    encoder: { dim: 96, depth: 4, heads: 3 },
    decoder: { dim: 64, depth: 1, heads: 4 },
    maskRatio: 0.75,
  },
} satisfies Record<string, MaeConfig> as Readonly<Record<string, MaeConfig>>;

/**
 * The family of a model.
 *
 * @returns undefined for a name that is not in the registry
 */
export function familyOf(model: string | ModelConfig): ModelConfig["family"] | undefined {
  if (typeof model !== "string") return model.family;
  return Object.hasOwn(models, model) ? models[model].family : undefined;
}

/** Names of all models, for messages. */
export function modelNames(): string[] {
  return Object.keys(models);
}
