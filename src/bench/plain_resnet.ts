import type { Parameters, ResNetConfig } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { batchNorm, conv, linear, padded } from "./plain_networks.ts";

/** Convolution that keeps the size but for its stride, and batch norm. */
function convNorm(p: Parameters, name: string, norm: string, x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const size = p[`${name}.weight`].shape[0];
  return batchNorm(p, norm, conv(p, name, x, stride, (size - 1) / 2));
}

/** `strides`: one for each convolution of the branch. */
function block(p: Parameters, name: string, x: tf.Tensor4D, strides: number[]): tf.Tensor4D {
  const branch = strides.reduce((y, stride, i) => {
    const input = i > 0 ? y.relu<tf.Tensor4D>() : y;
    return convNorm(p, `${name}.conv${i + 1}`, `${name}.bn${i + 1}`, input, stride);
  }, x);
  const down = `${name}.downsample`;
  const past = `${down}.0.weight` in p ? convNorm(p, `${down}.0`, `${down}.1`, x, Math.max(...strides)) : x;
  return branch.add(past).relu();
}

/** Logits of a ResNet, [B, classes]. */
export function resnet(p: Parameters, config: ResNetConfig, images: tf.Tensor4D): tf.Tensor2D {
  const large = config.stem === "7x7";
  let x = convNorm(p, "conv1", "bn1", images, large ? 2 : 1).relu<tf.Tensor4D>();
  if (large) x = tf.maxPool(padded(x, 1), 3, 2, "valid"); // nothing is below 0, so that zeros around do not win
  config.depths.forEach((depth, s) => {
    for (let b = 0; b < depth; b++) {
      const stride = s > 0 && b === 0 ? 2 : 1;
      const strides = config.block === "basic" ? [stride, 1] : [1, stride, 1];
      x = block(p, `layer${s + 1}.${b}`, x, strides);
    }
  });
  return linear(p, "fc", x.mean([1, 2]));
}
