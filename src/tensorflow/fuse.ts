/**
 * Fused functions: parts of a compiled function whose element-wise ops and reductions become
 * a few loops over memory.
 */
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "./backend.ts";
import type { NativeFunction } from "./binding.ts";

/** The inputs of a fused function that are no tensors. It is compiled anew for each combination of them. */
type FuseOptions = Record<string, string | number | boolean | readonly number[]>;

/** A function of tensors that reads nothing else. */
export type Fusible<Options extends FuseOptions> = (inputs: tf.Tensor[], options: Options) => tf.Tensor[];

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
): (inputs: tf.Tensor[], options: Options) => tf.Tensor[] {
  const traces = new Map<string, NativeFunction>();
  return (inputs, options) => {
    const backend = nativeBackend();
    if (!backend?.binding.isTracing) return f(inputs, options);
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
export function forgetFused(): void {
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
