import type { ConvNeXtConfig, Parameters } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { conv, gelu, layerNorm, linear } from "./plain_networks.ts";

function block(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const kernel = p[`${name}.conv_dw.weight`] as tf.Tensor4D;
  const mixed = tf.depthwiseConv2d(x, kernel, 1, "same").add(p[`${name}.conv_dw.bias`]);
  const rows = layerNorm(p, `${name}.norm`, mixed).reshape<tf.Tensor2D>([-1, x.shape[3]]);
  const out = linear(p, `${name}.mlp.fc2`, gelu(linear(p, `${name}.mlp.fc1`, rows)));
  return x.add(out.mul(p[`${name}.gamma`]).reshape(x.shape));
}

/** Logits of a ConvNeXt, [B, classes]. */
export function convnext(
  p: Parameters,
  { depths, dims, patch }: ConvNeXtConfig,
  images: tf.Tensor4D,
): tf.Tensor2D {
  let x = layerNorm(p, "stem.1", conv(p, "stem.0", images, patch));
  for (let s = 0; s < dims.length; s++) {
    const down = `stages.${s}.downsample`;
    if (s > 0) x = conv(p, `${down}.1`, layerNorm(p, `${down}.0`, x), 2);
    for (let b = 0; b < depths[s]; b++) x = block(p, `stages.${s}.blocks.${b}`, x);
  }
  return linear(p, "head.fc", layerNorm(p, "head.norm", x.mean<tf.Tensor2D>([1, 2])));
}
