/** Native TensorFlow for tfjs: the only room that knows C. */
export { attribute, type OpAttribute } from "./attributes.ts";
export { describeEngine, startEngine } from "./backend.ts";
export { OutOfMemoryError } from "./capi.ts";
export {
  bytesTensor,
  bytesToFloat,
  isNative,
  isOnGpu,
  type Precision,
  precisionOf,
  rawOp,
  takeRows,
  toPrecision,
  usableTowers,
} from "./raw.ts";
export { decodeJpeg } from "./jpeg.ts";
export * as tf from "@tensorflow/tfjs";
export { compile, type Compiled, fuse, type TensorTree } from "./trace.ts";
