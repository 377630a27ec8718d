/**
 * ConvNeXt: Liu et al., "A ConvNet for the 2020s" (CVPR 2022), arXiv 2201.03545. Tensor names and defaults follow timm's
 * convnext.py. The stem's patch size is a parameter, so that small images keep a grid to look at.
 */
import { tf } from "../tensorflow/mod.ts";
import { conv, convSpecs, depthwise, depthwiseSpecs, gelu, layerNorm, linear } from "./layers.ts";
import { linearSpecs, normSpecs } from "./layers.ts";
import type { Model } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

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
}

/** Side of the depthwise kernels, and the widening inside a block. */
const KERNEL = 7, EXPANSION = 4;

function blockSpecs(name: string, dim: number, layerScale: number): ParameterSpec[] {
  return [
    { name: `${name}.gamma`, shape: [dim], init: layerScale, decay: false },
    ...depthwiseSpecs(`${name}.conv_dw`, KERNEL, dim),
    ...normSpecs(`${name}.norm`, dim),
    ...linearSpecs(`${name}.mlp.fc1`, dim, EXPANSION * dim),
    ...linearSpecs(`${name}.mlp.fc2`, EXPANSION * dim, dim),
  ];
}

function specs({ depths, dims, patch, layerScale }: ConvNeXtConfig, classes: number): ParameterSpec[] {
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
      ...Array.from({ length: depths[s] }, (_, b) => blockSpecs(`stages.${s}.blocks.${b}`, dim, layerScale))
        .flat(),
    ]),
    ...normSpecs("head.norm", last),
    ...linearSpecs("head.fc", last, classes),
  ];
}

/** `x + keep * gamma * mlp(norm(dwconv(x)))`, [B, H, W, C] */
function block(p: Parameters, name: string, x: tf.Tensor4D, keep?: tf.Tensor): tf.Tensor4D {
  const [, , , C] = x.shape;
  const y = layerNorm(p, `${name}.norm`, depthwise(p, `${name}.conv_dw`, x));
  const hidden = gelu(linear(p, `${name}.mlp.fc1`, y.reshape([-1, C]))); // (B H W, 4 C)
  const out = linear(p, `${name}.mlp.fc2`, hidden).mul(p[`${name}.gamma`]).reshape(x.shape); // (B, H, W, C)
  return x.add(keep ? out.mul(keep.reshape([-1, 1, 1, 1])) : out);
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
  const blocks = depths.reduce((a, b) => a + b);
  const apply: Model["apply"] = (p, images, keep) => {
    const branches = keep ? tf.unstack(keep) : [];
    let branch = 0;
    let x = layerNorm(p, "stem.1", conv(p, "stem.0", images, patch, "valid")); // (B, H/patch, W/patch, dims[0])
    for (let s = 0; s < dims.length; s++) {
      const down = `stages.${s}.downsample`;
      if (s > 0) x = conv(p, `${down}.1`, layerNorm(p, `${down}.0`, x), 2, "valid"); // halves height and width
      for (let b = 0; b < depths[s]; b++) x = block(p, `stages.${s}.blocks.${b}`, x, branches[branch++]);
    }
    const pooled = x.mean<tf.Tensor2D>([1, 2]); // (B, dims.at(-1))
    return linear(p, "head.fc", layerNorm(p, "head.norm", pooled));
  };
  return {
    name,
    classes,
    specs: specs(config, classes),
    stride: patch * 2 ** (dims.length - 1),
    dropPath: Array.from({ length: blocks }, (_, i) => blocks > 1 ? dropPath * i / (blocks - 1) : 0),
    apply,
  };
}
