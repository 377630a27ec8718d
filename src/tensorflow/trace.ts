/**
 * `tf.function` for TensorFlow.js: a pure function of tensors, traced once for each combination of shapes
 * into one native function, which TensorFlow then optimises and runs as a whole. What takes thousands of
 * calls from JavaScript becomes one. {@link fuse} makes a few loops over memory of element-wise ops and
 * reductions in it.
 */
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./backend.ts";
import type { NativeFunction, TensorFlowBinding } from "./binding.ts";
import { callingLine, OutOfMemoryError } from "./capi.ts";
import { emptyCompilerCache } from "./compiler.ts";
import { usableTowers } from "./raw.ts";

/** Tensors in plain objects, to any depth; a field that is `undefined` is as good as absent. */
export type TensorTree = tf.Tensor | undefined | { [name: string]: TensorTree };

/** A function of trees of tensors that has been wrapped by {@link compile}. */
export interface Compiled<Inputs extends TensorTree[], Output> {
  /** Runs it off the event loop. The caller disposes the result; the inputs must live until it is there. */
  (...inputs: Inputs): Promise<Output>;
  /** For each combination of shapes that was traced: how many nodes of each op the graph has. */
  histograms(): Record<string, Record<string, number>>;
  /** Forgets all traced functions. */
  dispose(): void;
}

/** How a function is run. */
export interface CompileOptions {
  /**
   * Number of parts of the function that do not depend on each other, such as the halves of a batch. They run
   * side by side, each op on its part of the processor's threads, where otherwise each op takes all of them
   * and threads wait for each other at its end. Default: 1.
   */
  towers?: number;
}

/** One trace. */
interface Trace {
  native: NativeFunction;
  /** For each argument: its place among the flattened inputs, or a tensor that the function captured. */
  sources: (number | Captured)[];
  /** Rebuilds the result from its leaves. */
  rebuild: (leaves: tf.Tensor[]) => unknown;
  hasRun: boolean;
}

/** A tensor from outside that is not among the inputs. */
interface Captured {
  id: number;
  shape: readonly number[];
}

/** Leaves of a tree, depth first, with a function that puts others in their places. */
function flatten(
  tree: unknown,
): { leaves: tf.Tensor[]; rebuild: (leaves: tf.Tensor[]) => unknown; paths: string } {
  const leaves: tf.Tensor[] = [];
  const visit = (node: unknown, path: string): { paths: string; build: (from: tf.Tensor[]) => unknown } => {
    if (node === undefined) return { paths: "", build: () => undefined };
    if (node instanceof tf.Tensor) {
      const place = leaves.push(node) - 1;
      return { paths: `${path}:${node.dtype}[${node.shape}] `, build: (from) => from[place] };
    }
    const isList = Array.isArray(node);
    const parts = Object.entries(node as object).map(([key, value]) =>
      [key, visit(value, `${path}.${key}`)] as const
    );
    return {
      paths: parts.map(([, part]) => part.paths).join(""),
      build: (from) =>
        isList
          ? parts.map(([, part]) => part.build(from))
          : Object.fromEntries(parts.map(([key, p]) => [key, p.build(from)])),
    };
  };
  const { paths, build } = visit(tree, "");
  return { leaves, rebuild: build, paths };
}

/**
 * Wraps a pure function of tensors such that it runs as one native call.
 *
 * The function is run once for each new combination of shapes and dtypes, with ops recorded instead of
 * executed; from then on the record runs. So everything that changes from call to call must be an input: a
 * learning rate as a scalar tensor, random numbers as tensors. Numbers of JavaScript and tensors that are
 * made inside from values become constants. Tensors from outside that are not inputs are read anew at every
 * call and must not have been disposed.
 *
 * On an engine other than native TensorFlow the function is simply called.
 *
 * @throws {Error} while tracing: when the value of a tensor is read (`dataSync`, `arraySync`), a shape
 *   depends on values, or a random number is drawn without a seed, naming the line; when run: for a tensor
 *   from outside that has been disposed
 *
 * @example One native call for each number.
 * const square = compile((x: tf.Tensor) => x.mul(x));
 * const y = await square(tf.scalar(3)); // 9
 *
 * @example A training step: what changes goes in and comes out, in plain objects of tensors to any depth.
 * const step = compile((state: { w: tf.Tensor }, input: { x: tf.Tensor; y: tf.Tensor; rate: tf.Tensor }) => {
 *   const loss = (w: tf.Tensor) => input.x.matMul(w).sub(input.y).square().mean<tf.Scalar>();
 *   const { value, grad } = tf.valueAndGrad(loss)(state.w);
 *   return { state: { w: state.w.sub(grad.mul(input.rate)) }, loss: value };
 * });
 *
 * @example Random numbers: as an input, or drawn inside from a key that is one.
 * const noisy = compile((x: tf.Tensor, noise: tf.Tensor) => x.add(noise));
 * const dropped = compile((x: tf.Tensor, key: tf.Tensor1D) => dropout(x, key, 0, 0.5)); // src/ops
 *
 * @example What a graph is made of.
 * Object.values(square.histograms())[0]; // { Placeholder: 1, Mul: 1 }
 */
export function compile<Inputs extends TensorTree[], Output>(
  f: (...inputs: Inputs) => Output,
  { towers = 1 }: CompileOptions = {},
): Compiled<Inputs, Output> {
  const traces = new Map<string, Trace>();
  const run = async (...inputs: Inputs): Promise<Output> => {
    const backend = nativeBackend();
    if (!backend) return tf.tidy(() => f(...inputs) as tf.TensorContainer) as Output;
    const { leaves, paths: shapes } = flatten(inputs);
    const ids = backend.getInputTensorIds(leaves);
    // tfjs calls bfloat16 float32 and bytes int32.
    const paths = `${shapes}as ${ids.map((id) => backend.binding.dtypeOf(id))}`;
    const call = async () => {
      let trace = traces.get(paths);
      if (!trace) traces.set(paths, trace = traceFunction(() => f(...inputs), ids, usableTowers(towers)));
      const args = trace.sources.map((source) => typeof source === "number" ? ids[source] : idOf(source));
      const results = await backend.binding.call(trace.native, args);
      trace.hasRun = true;
      return trace.rebuild(results.map((metadata) => backend.createOutputTensor(metadata))) as Output;
    };
    try {
      return await call();
    } catch (error) {
      if (!traces.has(paths) || traces.get(paths)!.hasRun || error instanceof OutOfMemoryError) throw error;
      if (!mendCompiler(backend.binding)) throw error;
      forgetFused();
      traces.delete(paths);
      return await call();
    }
  };
  return Object.assign(run, {
    histograms: () =>
      Object.fromEntries([...traces].map(([shapes, { native }]) => [shapes, native.histogram])),
    dispose: () => {
      for (const { native } of traces.values()) nativeBackend()?.binding.removeFunction(native);
      traces.clear();
    },
  });
}

/**
 * Has the compiler behave otherwise after a function has failed as it first ran. A damaged file in its cache
 * fails whatever reads it: the cache is emptied. On a GPU, for which nothing is cached, an assembler or
 * libdevice may be missing: ops are no longer fused.
 *
 * @returns whether there was something to change
 */
function mendCompiler(binding: TensorFlowBinding): boolean {
  if (!binding.isUsingGpuDevice()) return emptyCompilerCache();
  const wasFusing = binding.isFusing;
  binding.isFusing = false;
  return wasFusing;
}

/** @throws {Error} when the tensor has been disposed since the function was traced */
function idOf({ id, shape }: Captured): number {
  if (nativeBackend()!.binding.has(id)) return id;
  throw new Error(
    `A compiled function reads a tensor of shape [${shape}] from outside that has been disposed. Keep it for as long as the ` +
      "function is used, or make it one of the function's inputs.",
  );
}

function traceFunction(f: () => unknown, inputIds: number[], towers: number): Trace {
  const backend = nativeBackend()!;
  let rebuild!: Trace["rebuild"];
  let native!: NativeFunction;
  try {
    tf.tidy(() => {
      native = backend.binding.trace(() => {
        const result = flatten(withoutRandomness(f));
        rebuild = result.rebuild;
        return backend.getInputTensorIds(result.leaves);
      }, { towers });
    });
  } catch (error) {
    forgetTape();
    throw error;
  }
  const sources = native.arguments.map(({ id, shape }) => {
    const place = inputIds.indexOf(id);
    return place >= 0 ? place : { id, shape };
  });
  return { native, rebuild, sources, hasRun: false };
}

/**
 * Disposes what tfjs has saved for a gradient that an error has ended: no scope does,
 * since such tensors are kept.
 */
function forgetTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return; // a gradient outside of this one is still to come
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved);
  state.activeTape = [];
}

/**
 * Runs `f` while `Math.random`, from which tfjs draws whatever is given no seed (dropout, initial values),
 * throws: what it drew would become a constant of the function, the same at every call.
 */
function withoutRandomness<T>(f: () => T): T {
  const { random } = Math;
  Math.random = () => {
    throw new Error(
      `A random number was drawn${callingLine()} while its function is being compiled: it would be the same at every call. ` +
        "Draw it outside and make it an input, or draw it from a key that is an input, as `dropout` of src/ops does.",
    );
  };
  try {
    return f();
  } finally {
    Math.random = random;
  }
}

/** The inputs of a fused function that are no tensors. It is compiled anew for each combination of them. */
type FuseOptions = Record<string, string | number | boolean | readonly number[]>;

/** A function of tensors that reads nothing else. */
type Fusible<Options extends FuseOptions> = (inputs: tf.Tensor[], options: Options) => tf.Tensor[];

/** Where a function is fused. */
interface FusePlace {
  /** Where the library's own ops are as fast on a CPU. Default: false. */
  onlyOnGpu?: boolean;
}

/**
 * Has TensorFlow's compiler XLA turn a function into few loops, each of which reads its inputs and writes its
 * results once, where every op by itself would go through memory. For element-wise ops and reductions: matrix
 * products and convolutions are faster as ops of their own.
 *
 * It takes effect inside of {@link compile}. Elsewhere, and on an engine other than native TensorFlow,
 * the function is simply called. It is compiled once for each combination of shapes, types and
 * options, when it first runs.
 *
 * Automatic differentiation does not see into it: it belongs inside of `tf.customGrad`.
 *
 * @param label names it in a graph's histogram
 * @param f pure; it may read no tensor that is not among its inputs
 * @throws {Error} while tracing, when `f` reads another tensor
 *
 * @example
 * const silu = fuse("silu", ([x]) => [x.mul(x.sigmoid())]);
 * const [y] = silu([x], {});
 */
export function fuse<Options extends FuseOptions>(
  label: string,
  f: Fusible<Options>,
  { onlyOnGpu = false }: FusePlace = {},
): (inputs: tf.Tensor[], options: Options) => tf.Tensor[] {
  const traces = new Map<string, NativeFunction>();
  return (inputs, options) => {
    const backend = nativeBackend();
    if (!backend?.binding.isTracing || !backend.binding.isFusing) return f(inputs, options);
    if (onlyOnGpu && !backend.binding.isUsingGpuDevice()) return f(inputs, options);
    const ids = backend.getInputTensorIds(inputs);
    const types = inputs.map(({ shape }, i) => `${backend.binding.dtypeOf(ids[i])}[${shape}]`);
    const key = `${types} ${JSON.stringify(options)} ${generation}`;
    const { tracedTowers: towers } = backend.binding; // each number of them has functions of its own
    let trace = traces.get(`${key} ${towers}`);
    if (!trace) {
      trace = traceFused(nameOf(label, key, towers), () => f(inputs, options), ids);
      traces.set(`${key} ${towers}`, trace);
    }
    const outputs = backend.binding.addFusedCall(trace, label, ids);
    return outputs.map((output) => backend.createOutputTensor(output));
  };
}

let generation = 0;

/** Has everything that was fused so far compiled anew, under other names. */
function forgetFused(): void {
  generation++;
}

const names = new Set<string>();

/** A name that is the same in every process, since the compiler's cache goes by it, and new in this one. */
function nameOf(label: string, key: string, towers: number): string {
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 12);
  let name = `${label}_${digest}`;
  for (let i = 2; names.has(`${name} ${towers}`); i++) name = `${label}_${digest}_${i}`;
  names.add(`${name} ${towers}`);
  return name;
}

function traceFused(name: string, f: () => tf.Tensor[], parameters: number[]): NativeFunction {
  const backend = nativeBackend()!;
  let native!: NativeFunction;
  tf.tidy(() => {
    const body = () => backend.getInputTensorIds(f());
    native = backend.binding.trace(body, { name, parameters, fused: true });
  });
  return native;
}
