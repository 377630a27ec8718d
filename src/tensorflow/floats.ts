/** Tensors of numbers whose JavaScript memory is given back. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./backend.ts";
import { DataType } from "./tensor.ts";

/**
 * A vector that takes its values over: they are copied to native memory and freed at once, where `tf.tensor1d` leaves them to the
 * garbage collector, which may not come by during a whole training. The array is empty afterwards; on another engine it is
 * the tensor's.
 */
export function takenOver(values: Float32Array<ArrayBuffer>): tf.Tensor1D {
  const backend = nativeBackend();
  if (!backend) return tf.tensor1d(values);
  const shape = [values.length];
  const id = backend.binding.createTensor(shape, DataType.float32, values);
  values.buffer.transfer(0);
  return backend.createOutputTensor({ id, shape, dtype: DataType.float32 }) as tf.Tensor1D;
}
