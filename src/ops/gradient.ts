import { tf } from "../tensorflow/mod.ts";

/** A value with what its gradient needs. */
interface Saved<T extends tf.Tensor> {
  value: T;
  saved: tf.Tensor[];
}

/**
 * A function of tensors with a gradient in closed form. A tensor that the gradient reads must be among
 * `saved`: others may be gone by then.
 *
 * @param inputs tensors that it is differentiated by
 * @param forward its value, and what to keep for the gradient
 * @param backward gradient by each input, from the gradient by the value and what was kept
 */
export function withGradient<T extends tf.Tensor>(
  inputs: tf.Tensor[],
  forward: () => Saved<T>,
  backward: (dy: T, saved: tf.Tensor[]) => tf.Tensor[],
): T {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const { value, saved } = forward();
    save(saved);
    return { value, gradFunc: (dy, kept) => backward(dy as T, kept) };
  });
  return op(...inputs) as T;
}
