import { fuse, precisionOf, tf, toPrecision } from "../tensorflow/mod.ts";
import { isDifferentiated, withGradient } from "./gradient.ts";

/** Cumulative distribution function of the standard normal distribution, and its density. */
const normalCdf = (x: tf.Tensor) => x.mul(Math.SQRT1_2).erf().add(1).mul(0.5);
const normalDensity = (x: tf.Tensor) => x.square().mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));

const forward = fuse("gelu", ([x], { slope }: { slope: boolean }) => {
  const input = toPrecision(x, "float32");
  const cdf = normalCdf(input);
  const results = slope ? [input.mul(cdf), cdf.add(input.mul(normalDensity(input)))] : [input.mul(cdf)];
  return results.map((result) => toPrecision(result, precisionOf(x)));
});

const backward = fuse("gelu_gradient", ([dy, slope]) => [
  toPrecision(toPrecision(dy, "float32").mul(toPrecision(slope, "float32")), precisionOf(slope)),
]);

/**
 * Gaussian error linear unit (Hendrycks & Gimpel 2016), the exact form `x Φ(x)` that timm uses, with its gradient
 * `Φ(x) + x φ(x)`; computed in float32, in the precision of its input outside. The slope is made in the same pass as the value,
 * if it is differentiated at all.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const slope = isDifferentiated();
  return withGradient<T>([x], () => {
    const [value, ...saved] = forward([x], { slope });
    return { value: value as T, saved };
  }, (dy, saved) => backward([dy, ...saved], {}));
}
