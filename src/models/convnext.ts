/**
 * ConvNeXt: Liu et al., "A ConvNet for the 2020s" (CVPR 2022), arXiv 2201.03545. Tensor names and defaults follow timm's
 * convnext.py. The stem's patch size is a parameter, so that small images keep a grid to look at.
 */
import { addResidual, depthwiseConv, gelu } from "../ops/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { convSpecs, depthwiseSpecs, keepRows, linearSpecs, normSpecs, risingDropPath } from "./layers.ts";
import { blockNames, layerNorm, linearLayer, normLinear, normPatchConv, patchConv } from "./layers.ts";
import type { Fold } from "./folds.ts";
import { makeModel, type Model, type Outline, tapped } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";
import { TOWERS } from "./towers.ts";

/** Width and depth of a ConvNeXt. */
export interface ConvNeXtConfig {
  family: "convnext";
  /** Blocks in each stage, for example [3, 3, 9, 3]. */
  depths: number[];
  /** Channels of each stage, for example [96, 192, 384, 768]. */
  dims: number[];
  /** Side of the stem's patches, px. The paper's networks: 4. */
  patch: number;
  /** Initial layer scale; the paper of ConvNeXt: 1e-6. */
  layerScale: number;
  /** Stochastic depth of the last block; it rises linearly from 0 at the first. */
  dropPath: number;
  /** The layers of a block's MLP lie in files as 1x1 convolutions, as in timm's smallest. The function is the same. Default: false. */
  convMlp?: boolean;
}

/** Side of the depthwise kernels, and the widening inside a block. */
const KERNEL = 7, EXPANSION = 4;

function blockSpecs(name: string, dim: number, { layerScale, convMlp }: ConvNeXtConfig): ParameterSpec[] {
  const linear = (layer: string, inputs: number, outputs: number) =>
    convMlp ? convSpecs(layer, 1, inputs, outputs) : linearSpecs(layer, inputs, outputs);
  return [
    { name: `${name}.gamma`, shape: [dim], layout: "as-is", init: layerScale, decay: false },
    ...depthwiseSpecs(`${name}.conv_dw`, KERNEL, dim),
    ...normSpecs(`${name}.norm`, dim),
    ...linear(`${name}.mlp.fc1`, dim, EXPANSION * dim),
    ...linear(`${name}.mlp.fc2`, EXPANSION * dim, dim),
  ];
}

function specs(config: ConvNeXtConfig, classes: number): ParameterSpec[] {
  const { depths, dims, patch } = config;
  const last = dims.at(-1)!;
  return [
    ...convSpecs("stem.0", patch, 3, dims[0]),
    ...normSpecs("stem.1", dims[0]),
    ...dims.flatMap((dim, s) => [
      ...(s > 0
        ? [
          ...normSpecs(`stages.${s}.downsample.0`, dims[s - 1]),
          ...convSpecs(`stages.${s}.downsample.1`, 2, dims[s - 1], dim),
        ]
        : []),
      ...blockNames(`stages.${s}.blocks`, depths[s]).flatMap((name) => blockSpecs(name, dim, config)),
    ]),
    ...normSpecs("head.norm", last),
    ...linearSpecs("head.fc", last, classes),
  ];
}

function outline({ depths, dims, patch }: ConvNeXtConfig, classes: number, imageSize: number): Outline[] {
  const stages = dims.flatMap((dim, s): Outline[] => {
    const side = Math.floor(imageSize / patch) >> s;
    const [stage, shape] = [`stages.${s}`, [side, side, dim]];
    return [
      { name: s > 0 ? `${stage}.downsample` : "stem", shape },
      ...blockNames(`${stage}.blocks`, depths[s]).map((name) => ({ name, shape })),
      { name: stage, shape },
    ];
  });
  return [...stages, { name: "head.norm", shape: [dims.at(-1)!] }, { name: "head.fc", shape: [classes] }];
}

function folds({ depths }: ConvNeXtConfig): Fold[] {
  return depths.flatMap((depth, s): Fold[] => [
    ...(s > 0 ? [{ layer: `stages.${s}.downsample.1`, norm: `stages.${s}.downsample.0` }] : []),
    ...blockNames(`stages.${s}.blocks`, depth).flatMap((name): Fold[] => [
      { layer: `${name}.mlp.fc1`, norm: `${name}.norm` },
      { layer: `${name}.mlp.fc2`, scale: `${name}.gamma` },
    ]),
  ]);
}

/** `x + keep * gamma * mlp(norm(dwconv(x)))`, [B, H, W, C]; the norm's scale and shift and gamma are in the MLP's weights. */
function block(p: Parameters, name: string, x: tf.Tensor4D, keep?: tf.Tensor1D): tf.Tensor4D {
  const [, H, W, C] = x.shape;
  const rows = (y: tf.Tensor) => y.reshape<tf.Tensor2D>([-1, C]); // (B H W, C)
  const mixed = rows(depthwiseConv(x, p[`${name}.conv_dw.weight`] as tf.Tensor4D));
  const hidden = gelu(normLinear(p, `${name}.mlp.fc1`, mixed, p[`${name}.conv_dw.bias`]));
  const branch = linearLayer(p, `${name}.mlp.fc2`, hidden);
  return addResidual(rows(x), branch, keepRows(keep, H * W)).reshape(x.shape);
}

/**
 * A ConvNeXt for a number of classes.
 *
 * @throws {Error} when `depths` and `dims` differ in length
 */
export function convnext(name: string, config: ConvNeXtConfig, classes: number): Model {
  const { depths, dims, patch, dropPath } = config;
  if (depths.length !== dims.length || dims.length === 0) {
    throw new Error(`ConvNeXt: depths [${depths}] and dims [${dims}] must have one number a stage each.`);
  }
  const apply: Model["apply"] = (p, images, forward = {}) => {
    const branches = forward.keep ? tf.unstack(forward.keep) as tf.Tensor1D[] : [];
    let branch = 0;
    let x = layerNorm(p, "stem.1", patchConv(p, "stem.0", images)); // (B, H/patch, W/patch, dims[0])
    x = tapped(forward, "stem", x);
    for (let s = 0; s < dims.length; s++) {
      const stage = `stages.${s}`;
      const down = `${stage}.downsample`;
      if (s > 0) x = tapped(forward, down, normPatchConv(p, `${down}.1`, x)); // halves height and width
      for (const name of blockNames(`${stage}.blocks`, depths[s])) {
        x = tapped(forward, name, block(p, name, x, branches[branch++]));
      }
      x = tapped(forward, stage, x);
    }
    const pooled = x.mean<tf.Tensor2D>([1, 2]); // (B, dims.at(-1))
    return linearLayer(p, "head.fc", tapped(forward, "head.norm", layerNorm(p, "head.norm", pooled)));
  };
  return makeModel({
    name,
    classes,
    specs: specs(config, classes),
    folds: folds(config),
    stride: patch * 2 ** (dims.length - 1),
    dropPath: risingDropPath(depths.reduce((a, b) => a + b), dropPath),
    towers: TOWERS,
    outline: (imageSize) => outline(config, classes, imageSize),
    apply,
  });
}
