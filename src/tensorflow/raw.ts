/** TensorFlow's ops themselves, for those that tfjs does not have or gives no choice about. */
import type * as tf from "@tensorflow/tfjs";
import { attribute, type OpAttribute } from "./attributes.ts";
import { nativeBackend } from "./backend.ts";
import { DataType } from "./tensor.ts";

/** Types of numbers that networks are computed in. */
export type Precision = "float32" | "bfloat16";

/** Whether native TensorFlow is the engine. */
export function isNative(): boolean {
  return nativeBackend() !== undefined;
}

/**
 * How many of the wanted towers (see `compile`) a function can have here: one on a GPU, which a single op fills, and on an engine that
 * runs op by op.
 */
export function usableTowers(wanted: number): number {
  const backend = nativeBackend();
  return backend && !backend.binding.isUsingGpuDevice() ? wanted : 1;
}

/**
 * Runs one op of TensorFlow; attribute `T` is bfloat16 where the inputs are. Automatic differentiation does not see it: it
 * belongs inside of `tf.customGrad`.
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

/** The type that a tensor has in native memory; tfjs calls both float32. */
export function precisionOf(x: tf.Tensor): Precision {
  const backend = nativeBackend();
  if (!backend) return "float32";
  const [id] = backend.getInputTensorIds([x]);
  return backend.binding.dtypeOf(id) === DataType.bfloat16 ? "bfloat16" : "float32";
}

/** A tensor of numbers in another precision; itself where it has it. Automatic differentiation does not see it. */
export function toPrecision<T extends tf.Tensor>(x: T, precision: Precision): T {
  const from = precisionOf(x);
  if (from === precision) return x;
  const types = [attribute.type("SrcT", from), attribute.type("DstT", precision)];
  return rawOp("Cast", [x], [...types, attribute.bool("Truncate", false)])[0] as T;
}
