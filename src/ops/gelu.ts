import { fuse, precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** Cumulative distribution function of the standard normal distribution, and its density. */
const normalCdf = (x: tf.Tensor) => x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
const normalDensity = (x: tf.Tensor) => x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));

const forward = fuse("gelu", ([x]) => {
  const input = toPrecision(x, "float32");
  return [toPrecision(input.mul(normalCdf(input)), precisionOf(x))];
});

const backward = fuse("gelu_gradient", ([dy, x]) => {
  const input = toPrecision(x, "float32");
  const slope = normalCdf(input).add(input.mul(normalDensity(input)));
  return [toPrecision(toPrecision(dy, "float32").mul(slope), precisionOf(x))];
});

/**
 * Gaussian error linear unit (Hendrycks & Gimpel 2016), the exact form `x Φ(x)` that timm uses, with its gradient
 * `Φ(x) + x φ(x)`; computed in float32, in the precision of its input outside.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const [value] = forward([x], {});
    return { value: value as T, saved: [x] };
  }, (dy, [x]) => backward([dy, x], {}));
}
