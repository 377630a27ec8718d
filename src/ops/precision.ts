import { type Precision, precisionOf, type tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradient } from "./gradient.ts";

/** A tensor of numbers in another precision; the gradient is in its own. */
export function inPrecision<T extends tf.Tensor>(x: T, precision: Precision): T {
  const own = precisionOf(x);
  if (own === precision) return x;
  return withGradient<T>(
    [x],
    () => ({ value: toPrecision(x, precision), saved: [] }),
    (dy) => [toPrecision(dy, own)],
  );
}
