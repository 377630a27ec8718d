import { fuse, precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

const forward = fuse("residual", ([x, y, keep]) => {
  const branch = toPrecision(y, "float32");
  return [x.add(keep ? branch.mul(keep) : branch)];
});

const keptGradient = fuse(
  "residual_gradient",
  ([dy, y, keep]) => [toPrecision(dy.mul(keep), precisionOf(y))],
);

/**
 * `x + keep y`: the end of a residual branch.
 *
 * @param x [rows, channels], float32
 * @param y [rows, channels]
 * @param keep factor of the branch in each row, [rows, 1]; 0 leaves it out
 * @returns [rows, channels], float32
 */
export function addResidual(x: tf.Tensor2D, y: tf.Tensor2D, keep?: tf.Tensor): tf.Tensor2D {
  const precision = precisionOf(y);
  if (!keep && precision === "float32") return x.add(y);
  return withGradient<tf.Tensor2D>([x, y], () => {
    const [value] = forward(keep ? [x, y, keep] : [x, y], {});
    return { value: value as tf.Tensor2D, saved: keep ? [y, keep] : [] };
  }, (dy, saved) => keep ? [dy, ...keptGradient([dy, ...saved], {})] : [dy, toPrecision(dy, precision)]);
}
