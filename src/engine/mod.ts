/**
 * `tf.function` for TensorFlow.js, on the native TensorFlow of PyPI's wheel, through Deno's FFI. This is the
 * door for programs other than this project's; `./ops` beside it has layers' operations with gradients in
 * closed form.
 *
 * @example
 * ```ts
 * import { compile, startEngine, type Tensor, tf } from "@name-that-dataset/engine";
 *
 * await startEngine();
 * const square = compile((x: Tensor) => x.mul(x));
 * const nine = await square(tf.scalar(3));
 * ```
 *
 * @module
 */
import * as engine from "../tensorflow/mod.ts";
import type { Precision, Tensor } from "./types.ts";

export {
  type Precision,
  type Rank,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tf,
} from "./types.ts";

/** What tensors run on. */
export interface Engine {
  /** tfjs backend: `tensorflow` is native; `webgpu` the fallback. */
  backend: "tensorflow" | "webgpu";
  /** Version of native TensorFlow, or of tfjs for the fallback. */
  version: string;
  /** `CPU` or the GPU's name; for the fallback, the adapter's own description. */
  device: string;
  /** Where the native library is; absent for the fallback. */
  library?: NativeLibrary;
  /** What a reader should know, such as why the fallback was taken, or no GPU. */
  note?: string;
}

/** The two shared libraries of one TensorFlow. */
export interface NativeLibrary {
  /** Folder that holds both. */
  folder: string;
  /** Path of `libtensorflow_framework`. */
  framework: string;
  /** Path of `libtensorflow_cc`. */
  core: string;
  /** The rule that found it: `NTD_TENSORFLOW`, `.venv` or `system`. */
  foundBy: string;
}

/**
 * Starts the engine once: native TensorFlow where its library is found, else WebGPU. The library is looked
 * for in the folder that `NTD_TENSORFLOW` names, in this project's `.venv`, and in a system-wide Python's
 * packages.
 *
 * @throws {Error} when neither can be had, with what to do
 */
export const startEngine: () => Promise<Engine> = engine.startEngine;

/** One line about an engine, for example `TensorFlow 2.21.0, CPU`. */
export const describeEngine: (started: Engine) => string = engine.describeEngine;

/** Tensors in plain objects, to any depth; a field that is `undefined` is as good as absent. */
export type TensorTree = Tensor | undefined | { [name: string]: TensorTree };

/** A function of trees of tensors that has been wrapped by {@link compile}. */
export interface Compiled<Inputs extends TensorTree[], Output> {
  /** Runs it off the event loop. The caller disposes the result; the inputs must live until it is there. */
  (...inputs: Inputs): Promise<Output>;
  /** For each combination of shapes that was traced: how many nodes of each op the graph has. */
  histograms(): Record<string, Record<string, number>>;
  /** Forgets all traced functions. */
  dispose(): void;
}

/** How a compiled function is run. */
export interface CompileOptions {
  /**
   * Number of parts of the function that do not depend on each other, such as the halves of a batch. They run
   * side by side, each on its part of the processor's threads. Default: 1.
   */
  towers?: number;
}

/**
 * Wraps a pure function of tensors such that it runs as one native call: `tf.function` for TensorFlow.js.
 *
 * The function is run once for each new combination of shapes and dtypes, with ops recorded instead of
 * executed; from then on the record runs. So everything that changes from call to call must be an input: a
 * learning rate as a scalar tensor, random numbers as tensors. Numbers of JavaScript become constants.
 * Tensors from outside that are not inputs are read anew at every call.
 *
 * @throws {Error} while tracing: when the value of a tensor is read, a shape depends on values, or a
 *   random number is drawn without a seed, naming the line; when run: for a tensor from outside that has
 *   been disposed
 */
export const compile: <Inputs extends TensorTree[], Output>(
  f: (...inputs: Inputs) => Output,
  options?: CompileOptions,
) => Compiled<Inputs, Output> = engine.compile;

/** The inputs of a fused function that are no tensors. It is compiled anew for each combination of them. */
export type FuseOptions = Record<string, string | number | boolean | readonly number[]>;

/** A function of tensors that reads nothing else. */
export type Fusible<Options extends FuseOptions> = (inputs: Tensor[], options: Options) => Tensor[];

/** Where a function is fused. */
export interface FusePlace {
  /** Where the library's own ops are as fast on a CPU. Default: false. */
  onlyOnGpu?: boolean;
}

/**
 * Has TensorFlow's compiler XLA turn a function of element-wise ops and reductions into few loops, each of
 * which reads its inputs and writes its results once. It takes effect inside of {@link compile}; elsewhere
 * the function is simply called. Automatic differentiation does not see into it: it belongs inside of
 * `tf.customGrad`.
 *
 * @example
 * ```ts
 * import { fuse } from "@name-that-dataset/engine";
 *
 * const silu = fuse("silu", ([x]) => [x.mul(x.sigmoid())]);
 * ```
 */
export const fuse: <Options extends FuseOptions>(
  label: string,
  f: Fusible<Options>,
  place?: FusePlace,
) => Fusible<Options> = engine.fuse;

/** Whether native TensorFlow is the engine. */
export const isNative: () => boolean = engine.isNative;

/** Whether native TensorFlow computes on a GPU. */
export const isOnGpu: () => boolean = engine.isOnGpu;

/** The type of a tensor in native memory; tfjs calls both of them float32. */
export const precisionOf: (x: Tensor) => Precision = engine.precisionOf;

/**
 * The tensor in a precision. Automatic differentiation does not see the conversion; `inPrecision` of ops
 * has one.
 */
export const toPrecision: <T extends Tensor>(x: T, precision: Precision) => T = engine.toPrecision;

/** One attribute of an op; make it by {@link attribute}. */
export interface OpAttribute {
  /** The attribute's name in TensorFlow's list of ops. */
  name: string;
  /** `TF_AttrType` of TensorFlow's C API. */
  type: number;
  /** Number, string, boolean or list. */
  // deno-lint-ignore no-explicit-any -- as untyped as tfjs has it
  value: any;
}

/** Makes attributes of ops. */
export interface Attributes {
  /** A truth value. */
  bool(name: string, value: boolean): OpAttribute;
  /** A floating-point number. */
  float(name: string, value: number): OpAttribute;
  /** A whole number. */
  int(name: string, value: number): OpAttribute;
  /** A list of whole numbers. */
  ints(name: string, value: number[]): OpAttribute;
  /** A text. */
  string(name: string, value: string): OpAttribute;
  /** A type of numbers, such as `T`. */
  type(name: string, value: "float32" | "int32" | "bool" | "bfloat16" | "uint8"): OpAttribute;
}

/** Makes attributes of ops, for {@link rawOp}. */
export const attribute: Attributes = engine.attribute;

/**
 * Runs one op of TensorFlow by its name, or adds it to the function that is being compiled. Automatic
 * differentiation does not see it: it belongs inside of `tf.customGrad`.
 *
 * @throws {Error} on an engine other than native TensorFlow
 */
export const rawOp: (
  name: string,
  inputs: Tensor[],
  attributes: OpAttribute[],
  outputCount?: number,
) => Tensor[] = engine.rawOp;
