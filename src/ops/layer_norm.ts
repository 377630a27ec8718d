import { fuse, type Precision, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

const rowMean = (x: tf.Tensor) => x.mean(-1, true);

const forward = fuse("layer_norm", ([x, bias], { epsilon, to }: { epsilon: number; to: Precision }) => {
  const rows = toPrecision(x, "float32");
  const input = bias ? rows.add(bias) : rows;
  const centred = input.sub(rowMean(input));
  const inverseStd = rowMean(centred.square()).add(epsilon).rsqrt();
  return [toPrecision(centred.mul(inverseStd), to), inverseStd];
});

const backward = fuse("layer_norm_gradient", ([dy, normalised, inverseStd], { bias }: { bias: boolean }) => {
  const [g, xHat] = [toPrecision(dy, "float32"), toPrecision(normalised, "float32")];
  const dx = g.sub(rowMean(g)).sub(xHat.mul(rowMean(g.mul(xHat)))).mul(inverseStd);
  return bias ? [dx, dx.sum(0)] : [dx];
});

/**
 * Layer normalisation of each row without scale and shift (Ba et al. 2016), statistics in float32, with the closed form of its
 * gradient: `dx = (g - mean(g) - x̂ mean(g x̂)) / std`.
 *
 * @param x [rows, channels], float32
 * @param bias added to every row beforehand, [channels]
 * @param to precision of the result: that of the product that reads it
 * @param epsilon timm's ConvNeXt and ViT: 1e-6
 */
export function normalise(
  x: tf.Tensor2D,
  { bias, to = "float32", epsilon = 1e-6 }: { bias?: tf.Tensor; to?: Precision; epsilon?: number } = {},
): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(bias ? [x, bias] : [x], () => {
    const [value, inverseStd] = forward(bias ? [x, bias] : [x], { epsilon, to });
    return { value: value as tf.Tensor2D, saved: [value, inverseStd] };
  }, (dy, saved) => backward([dy, ...saved], { bias: bias !== undefined }));
}
