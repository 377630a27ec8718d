/**
 * ResNet: He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016), arXiv 1512.03385, in the form called v1.5, which
 * halves height and width in a bottleneck's 3x3 convolution. Tensor names and defaults follow timm's resnet.py.
 */
import { inPrecision, maxPool, relu } from "../ops/mod.ts";
import type { tf } from "../tensorflow/mod.ts";
import { batchNormBuffers, convBatchNorm } from "./batch_norm.ts";
import { convSpecs, kaiming, linearLayer, linearSpecs, normSpecs, torchDefault } from "./layers.ts";
import { type Forward, makeModel, type Model, type Outline, tapped } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Width and depth of a ResNet. */
export interface ResNetConfig {
  family: "resnet";
  /** Two 3x3 convolutions, or 1x1, 3x3, 1x1 with four times as many channels outside as inside. */
  block: "basic" | "bottleneck";
  /** Blocks in each stage, for example [3, 4, 6, 3]. */
  depths: number[];
  /** Channels inside the blocks of each stage. The paper's networks: [64, 128, 256, 512]. */
  dims: number[];
  /** Channels of the first convolution. The paper's: 64. */
  stemDim: number;
  /** The first convolution is 7x7 with stride 2 and max pooling after it; or, for small images, 3x3 with neither. */
  stem: "7x7" | "3x3";
}

/** One convolution with its batch norm. */
interface Layer {
  conv: string;
  norm: string;
  size: number;
  stride: number;
  inputs: number;
  outputs: number;
}

/** One residual block. */
interface Block {
  name: string;
  /** The convolutions of the branch. */
  branch: Layer[];
  /** The convolution on the way past it, where shapes differ. */
  downsample?: Layer;
}

const EXPANSION = { basic: 1, bottleneck: 4 };

function makeBlock(
  name: string,
  kind: ResNetConfig["block"],
  inputs: number,
  dim: number,
  stride: number,
): Block {
  const outputs = dim * EXPANSION[kind];
  const layers = kind === "basic"
    ? [[3, stride, inputs, dim], [3, 1, dim, dim]]
    : [[1, 1, inputs, dim], [3, stride, dim, dim], [1, 1, dim, outputs]];
  const branch = layers.map(([size, stride, inputs, outputs], i) => {
    return { conv: `${name}.conv${i + 1}`, norm: `${name}.bn${i + 1}`, size, stride, inputs, outputs };
  });
  if (stride === 1 && inputs === outputs) return { name, branch };
  const [conv, norm] = [`${name}.downsample.0`, `${name}.downsample.1`];
  return { name, branch, downsample: { conv, norm, size: 1, stride, inputs, outputs } };
}

/** The blocks of each stage. */
function makeStages({ block, depths, dims, stemDim }: ResNetConfig): Block[][] {
  let inputs = stemDim;
  return dims.map((dim, s) =>
    Array.from({ length: depths[s] }, (_, b) => {
      const made = makeBlock(`layer${s + 1}.${b}`, block, inputs, dim, s > 0 && b === 0 ? 2 : 1);
      inputs = dim * EXPANSION[block];
      return made;
    })
  );
}

/** Convolution without bias, and its norm. */
function layerSpecs({ conv, norm, size, inputs, outputs }: Layer, scale = 1): ParameterSpec[] {
  const [weight] = convSpecs(conv, size, inputs, outputs, kaiming(size, outputs));
  return [weight, ...normSpecs(norm, outputs, scale)];
}

/** The last norm of a branch starts at 0, so that a block starts as the identity (timm's `zero_init_last`). */
function blockSpecs({ branch, downsample }: Block): ParameterSpec[] {
  return [
    ...branch.flatMap((layer, i) => layerSpecs(layer, i === branch.length - 1 ? 0 : 1)),
    ...(downsample ? layerSpecs(downsample) : []),
  ];
}

function apply(p: Parameters, { conv, norm, size, stride }: Layer, x: tf.Tensor4D, forward: Forward) {
  return convBatchNorm(p, conv, norm, x, { stride, pad: (size - 1) / 2 }, forward);
}

/** `relu(branch(x) + downsample(x))` */
function applyBlock(
  p: Parameters,
  { branch, downsample }: Block,
  x: tf.Tensor4D,
  forward: Forward,
): tf.Tensor4D {
  let y = x;
  branch.forEach((layer, i) => {
    y = apply(p, layer, y, forward);
    if (i < branch.length - 1) y = relu(y);
  });
  return relu(y.add(downsample ? apply(p, downsample, x, forward) : x));
}

const halved = (side: number) => Math.ceil(side / 2);

/** Multiply-adds of a block beyond those at its own output: convolutions before the one that halves. */
function moreOf({ branch }: Block, before: number, after: number): number {
  const early = branch.slice(0, branch.findIndex(({ stride }) => stride > 1));
  const weights = early.reduce((sum, { size, inputs, outputs }) => sum + size ** 2 * inputs * outputs, 0);
  return weights * (before ** 2 - after ** 2);
}

function outline(config: ResNetConfig, stages: Block[][], classes: number, imageSize: number): Outline[] {
  const { stem, stemDim } = config;
  let side = stem === "7x7" ? halved(imageSize) : imageSize;
  const rows: Outline[] = [{ name: "act1", shape: [side, side, stemDim], owns: ["conv1.", "bn1."] }];
  if (stem === "7x7") {
    side = halved(side);
    rows.push({ name: "maxpool", shape: [side, side, stemDim] });
  }
  stages.forEach((blocks, s) => {
    const after = s > 0 ? halved(side) : side;
    const shape = [after, after, blocks[0].branch.at(-1)!.outputs];
    blocks.forEach((block, b) =>
      rows.push({ name: block.name, shape, more: b === 0 && s > 0 ? moreOf(block, side, after) : 0 })
    );
    rows.push({ name: `layer${s + 1}`, shape });
    side = after;
  });
  const features = stages.at(-1)![0].branch.at(-1)!.outputs;
  return [...rows, { name: "global_pool", shape: [features] }, { name: "fc", shape: [classes] }];
}

/**
 * A ResNet for a number of classes.
 *
 * @throws {Error} when `depths` and `dims` differ in length
 */
export function resnet(name: string, config: ResNetConfig, classes: number): Model {
  const { depths, dims, stemDim } = config;
  if (depths.length !== dims.length) {
    throw new Error(`ResNet: depths [${depths}] and dims [${dims}] must have one number a stage each.`);
  }
  const large = config.stem === "7x7";
  const size = large ? 7 : 3;
  const stem = { conv: "conv1", norm: "bn1", size, stride: large ? 2 : 1, inputs: 3, outputs: stemDim };
  const stages = makeStages(config);
  const layers = [
    stem,
    ...stages.flat().flatMap(({ branch, downsample }) => [...branch, ...(downsample ? [downsample] : [])]),
  ];
  const features = dims.at(-1)! * EXPANSION[config.block];
  return makeModel({
    name,
    classes,
    specs: [
      ...layerSpecs(stem),
      ...stages.flat().flatMap(blockSpecs),
      ...linearSpecs("fc", features, classes, torchDefault(features)),
    ],
    buffers: layers.flatMap(({ norm, outputs }) => batchNormBuffers(norm, outputs)),
    stride: (large ? 4 : 1) * 2 ** (dims.length - 1),
    outline: (imageSize) => outline(config, stages, classes, imageSize),
    apply: (p, images, forward = {}) => {
      let x = tapped(forward, "act1", relu(apply(p, stem, images, forward)));
      if (large) x = tapped(forward, "maxpool", maxPool(x, 3, 2, 1)); // (B, H/4, W/4, stemDim)
      stages.forEach((blocks, s) => {
        for (const block of blocks) x = tapped(forward, block.name, applyBlock(p, block, x, forward));
        x = tapped(forward, `layer${s + 1}`, x); // halved from the second stage on
      });
      const pooled = inPrecision(x, "float32").mean<tf.Tensor2D>([1, 2]); // (B, features)
      return linearLayer(p, "fc", tapped(forward, "global_pool", pooled));
    },
  });
}
