/** TensorFlow's own ops and types, where tfjs does not have them or gives no choice about them. */
import * as tf from "@tensorflow/tfjs";
import { attribute, type OpAttribute } from "./attributes.ts";
import { nativeBackend } from "./backend.ts";
import { DataType } from "./tensor.ts";

/** Type of the numbers that a network computes with. */
export type Precision = "float32" | "bfloat16";

/** Whether native TensorFlow is the engine. */
export function isNative(): boolean {
  return nativeBackend() !== undefined;
}

/** Whether native TensorFlow computes on a GPU, on which other ways to compute the same are the fast ones. */
export function isOnGpu(): boolean {
  return nativeBackend()?.binding.isUsingGpuDevice() ?? false;
}

/**
 * Number of towers (see `compile`) that a function can have here, of those that are wanted. It is 1 on a GPU,
 * which a single op fills, and on an engine that runs op by op.
 */
export function usableTowers(wanted: number): number {
  return isNative() && !isOnGpu() ? wanted : 1;
}

/**
 * Runs one op of TensorFlow; attribute `T` is bfloat16 where the inputs are. Automatic differentiation does
 * not see it: it belongs inside of `tf.customGrad`.
 *
 * @throws {Error} on an engine other than native TensorFlow
 */
export function rawOp(
  name: string,
  inputs: tf.Tensor[],
  attributes: OpAttribute[],
  outputCount = 1,
): tf.Tensor[] {
  const backend = nativeBackend();
  if (!backend) throw new Error(`${name} is an op of native TensorFlow, which is not the engine here.`);
  return backend.executeMultipleOutputs(name, attributes, inputs, outputCount);
}

/** The type of a tensor in native memory; tfjs calls both of them float32. */
export function precisionOf(x: tf.Tensor): Precision {
  const backend = nativeBackend();
  if (!backend) return "float32";
  const [id] = backend.getInputTensorIds([x]);
  return backend.binding.dtypeOf(id) === DataType.bfloat16 ? "bfloat16" : "float32";
}

/**
 * The tensor in a precision: itself where it has it already. Automatic differentiation
 * does not see the conversion.
 */
export function toPrecision<T extends tf.Tensor>(x: T, precision: Precision): T {
  const from = precisionOf(x);
  if (from === precision) return x;
  const types = [attribute.type("SrcT", from), attribute.type("DstT", precision)];
  return rawOp("Cast", [x], [...types, attribute.bool("Truncate", false)])[0] as T;
}

/**
 * A tensor of values 0 to 255, a quarter of the memory of floats. tfjs has no bytes and calls it int32; in
 * native memory, the GPU's where there is one, it is uint8, and only {@link bytesToFloat} and ops that move
 * values take it. On another engine it is int32 throughout.
 *
 * @throws {Error} when the number of values does not fit the shape
 */
export function bytesTensor<R extends tf.Rank>(values: Uint8Array, shape: tf.ShapeMap[R]): tf.Tensor<R> {
  const backend = nativeBackend();
  if (!backend) return tf.tensor<R>(values, shape, "int32");
  const id = backend.binding.createTensor(shape, DataType.uint8, values);
  if (!backend.binding.isTracing) backend.binding.copyToGpu(id);
  return backend.createOutputTensor({ id, shape, dtype: DataType.uint8 }) as tf.Tensor<R>;
}

/**
 * The values of a {@link bytesTensor} or a tensor of int32 as float32; a tensor of float32 is returned
 * itself. Automatic differentiation does not see the conversion.
 */
export function bytesToFloat<T extends tf.Tensor>(x: T): T {
  if (x.dtype === "float32") return x;
  const backend = nativeBackend();
  if (!backend) return x.cast("float32");
  const isBytes = backend.binding.dtypeOf(backend.getInputTensorIds([x])[0]) === DataType.uint8;
  const types = [attribute.type("SrcT", isBytes ? "uint8" : "int32"), attribute.type("DstT", "float32")];
  return rawOp("Cast", [x], [...types, attribute.bool("Truncate", false)])[0] as T;
}

/**
 * Rows of a tensor of any type, a {@link bytesTensor} too. Automatic differentiation does not see it.
 *
 * @param rows their numbers, int32, [N]
 * @param axis that the rows lie along. Default: 0
 */
export function takeRows<T extends tf.Tensor>(x: T, rows: tf.Tensor1D, axis = 0): T {
  const backend = nativeBackend();
  if (!backend) return tf.gather(x, rows, axis);
  const type = backend.binding.dtypeOf(backend.getInputTensorIds([x])[0]);
  const [name] = Object.entries(DataType).find(([, value]) => value === type)!;
  return rawOp("GatherV2", [x, rows, tf.scalar(axis, "int32")], [
    attribute.type("Tparams", name as keyof typeof DataType),
    attribute.type("Tindices", "int32"),
    attribute.type("Taxis", "int32"),
  ])[0] as T;
}
