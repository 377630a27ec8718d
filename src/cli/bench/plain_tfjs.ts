/**
 * tfjs as its own examples use it, as a peer of the project's step on the same native library: one variable a tensor,
 * automatic differentiation of every layer, `tf.train.adam`. (tfjs has no AdamW; its Adam does slightly less.)
 */
import type { ConvNeXtConfig } from "../../models/mod.ts";
import { createModel, initialise, type Parameters, specSize } from "../../models/mod.ts";
import { random } from "../../stats/mod.ts";
import { tf } from "../../tensorflow/mod.ts";

const normalise = (x: tf.Tensor, p: Parameters, name: string) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).div(variance.add(1e-6).sqrt()).mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
};

const gelu = (x: tf.Tensor) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));

function forward(p: Parameters, { depths, dims, patch }: ConvNeXtConfig, images: tf.Tensor4D): tf.Tensor2D {
  const conv = (x: tf.Tensor, name: string, stride: number) =>
    tf.conv2d(x as tf.Tensor4D, p[`${name}.weight`] as tf.Tensor4D, stride, "valid").add(p[`${name}.bias`]);
  const linear = (x: tf.Tensor, name: string) =>
    x.matMul(p[`${name}.weight`].reshape([x.shape[1]!, -1])).add(p[`${name}.bias`]);
  let x = normalise(conv(images, "stem.0", patch), p, "stem.1");
  for (let s = 0; s < dims.length; s++) {
    const down = `stages.${s}.downsample`;
    if (s > 0) x = conv(normalise(x, p, `${down}.0`), `${down}.1`, 2);
    for (let b = 0; b < depths[s]; b++) {
      const name = `stages.${s}.blocks.${b}`;
      const kernel = p[`${name}.conv_dw.weight`] as tf.Tensor4D;
      const mixed = tf.depthwiseConv2d(x as tf.Tensor4D, kernel, 1, "same").add(p[`${name}.conv_dw.bias`]);
      const rows = normalise(mixed, p, `${name}.norm`).reshape([-1, dims[s]]);
      const out = linear(gelu(linear(rows, `${name}.mlp.fc1`)), `${name}.mlp.fc2`).mul(p[`${name}.gamma`]);
      x = x.add(out.reshape(x.shape));
    }
  }
  return linear(normalise(x.mean([1, 2]), p, "head.norm"), "head.fc") as tf.Tensor2D;
}

/** Makes the peer; each call of the result takes one training step and returns its loss. */
export function plainTfjsStep(
  config: ConvNeXtConfig,
  images: tf.Tensor4D,
  targets: tf.Tensor2D,
): () => number {
  const { specs } = createModel(config, targets.shape[1]);
  const flat = initialise(specs, random(0));
  let offset = 0;
  const p: Parameters = {};
  for (const spec of specs) {
    p[spec.name] = tf.variable(tf.tensor(flat.subarray(offset, offset += specSize(spec)), spec.shape));
  }
  const optimizer = tf.train.adam(1e-3, 0.9, 0.95);
  return () => {
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(targets, forward(p, config, images)),
      true,
    )!;
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
}
