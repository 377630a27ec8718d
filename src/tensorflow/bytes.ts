/** Tensors of bytes, which tfjs does not have: a quarter of the memory of the floats that images would otherwise come as. */
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./backend.ts";
import { attribute } from "./attributes.ts";
import { rawOp } from "./raw.ts";
import { DataType } from "./tensor.ts";

/**
 * A tensor of values 0 to 255. tfjs calls it int32; in native memory it is uint8, and only {@link bytesToFloat} and ops that
 * move values about take it. On another engine it is int32 throughout.
 *
 * @throws {Error} when the number of values does not fit the shape
 */
export function bytesTensor<R extends tf.Rank>(values: Uint8Array, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const backend = nativeBackend();
  if (!backend) return tf.tensor<R>(values, shape, "int32");
  const id = backend.binding.createTensor(shape, DataType.uint8, values);
  return backend.createOutputTensor({ id, shape, dtype: DataType.uint8 }) as tf.Tensor<R>;
}

/**
 * The same values as float32, of a {@link bytesTensor} or a tensor of int32; itself where it is float32. Automatic differentiation
 * does not see it.
 */
export function bytesToFloat<T extends tf.Tensor>(x: T): T {
  if (x.dtype === "float32") return x;
  const backend = nativeBackend();
  if (!backend) return x.cast("float32");
  const isBytes = backend.binding.dtypeOf(backend.getInputTensorIds([x])[0]) === DataType.uint8;
  const types = [attribute.type("SrcT", isBytes ? "uint8" : "int32"), attribute.type("DstT", "float32")];
  return rawOp("Cast", [x], [...types, attribute.bool("Truncate", false)])[0] as T;
}
