/** Small networks of every family that plain tfjs is written down for, without dropout and stochastic depth. */
import type {
  AlexNetConfig,
  ConvNeXtConfig,
  ModelConfig,
  ResNetConfig,
  VggConfig,
  ViTConfig,
} from "../../../src/models/mod.ts";

const resnet: ResNetConfig = {
  family: "resnet",
  block: "basic",
  depths: [1, 2],
  dims: [8, 12], // tfjs's own gradient of a strided 1x1 convolution is wrong on AVX2 below 8 channels
  stemDim: 8,
  stem: "7x7",
};
export const vgg: VggConfig = {
  family: "vgg",
  dims: [[4], [5], [6, 6]],
  batchNorm: false,
  pool: 7,
  hidden: 8,
  dropout: 0,
};
export const vit: ViTConfig = {
  family: "vit",
  patch: 4,
  dim: 12,
  depth: 2,
  heads: 3,
  classToken: true,
  pooling: "token",
  positions: "learnt",
  dropPath: 0,
};
const convnext: ConvNeXtConfig = {
  family: "convnext",
  depths: [1, 2],
  dims: [4, 6],
  patch: 4,
  layerScale: 1,
  dropPath: 0,
};
export const alexnet: AlexNetConfig = {
  family: "alexnet",
  dims: [4, 5, 6, 6, 4],
  stem: { size: 11, stride: 4 },
  pool: 6,
  hidden: 8,
  dropout: 0,
};

/**
 * Small networks by what is particular about them, with a side of images. As in the benchmark's subjects, AlexNet's and VGG's last
 * maps are smaller than what they are averaged to.
 */
export const networks: Record<string, [ModelConfig, number]> = {
  "ResNet": [resnet, 32],
  "ResNet of bottlenecks": [{ ...resnet, block: "bottleneck", stem: "3x3" }, 16],
  "VGG": [vgg, 16],
  "VGG with batch norm": [{ ...vgg, batchNorm: true, pool: 2 }, 16],
  "ViT": [vit, 16],
  "ViT with mean pooling": [{ ...vit, pooling: "mean" }, 16],
  "ViT with fixed positions and no token": [
    { ...vit, pooling: "mean", classToken: false, positions: "sincos" },
    16,
  ],
  "ConvNeXt": [convnext, 16],
  "ConvNeXt with 1x1 convolutions": [{ ...convnext, convMlp: true }, 16],
  "AlexNet": [alexnet, 64],
  "AlexNet for small images": [{ ...alexnet, stem: { size: 5, stride: 1 }, pool: 3 }, 32],
};
