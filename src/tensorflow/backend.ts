/** Registers native TensorFlow as a tfjs backend, so that every tfjs op and gradient runs on it. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { attribute, type OpAttribute } from "./attributes.ts";
import { callingLine } from "./capi.ts";
import { readDriver, usable } from "../nvidia/mod.ts";
import { TensorFlowBinding } from "./binding.ts";
import { whyNoGpu } from "./cuda.ts";
import type { TensorMetadata } from "./tensor_table.ts";
import { findLibrary, type NativeLibrary } from "./library.ts";
import { NATIVE_ENVIRONMENT, releaseCode, returnLargeBlocks, setNativeEnvironment } from "./process.ts";
import { DataType } from "./tensor.ts";

/** The engine that the project's tensors run on. */
interface Engine {
  /** tfjs backend: `tensorflow` is native; `webgpu` the fallback. */
  backend: "tensorflow" | "webgpu";
  /** Version of native TensorFlow, or of tfjs for the fallback. */
  version: string;
  /** `CPU` or the GPU's name; for the fallback, the adapter's own description. */
  device: string;
  /** Folder of the native library and the rule that found it; absent for the fallback. */
  library?: NativeLibrary;
  /** Sets aside what a reader should know, such as why the fallback was taken. */
  note?: string;
}

const require = createRequire(import.meta.url);

let started: Promise<Engine> | undefined;

/** tfjs-node's backend, as far as compiling functions needs it. */
export interface NativeBackend {
  binding: TensorFlowBinding;
  /** Numbers of tensors in native memory; values that are still JavaScript's are copied there first. */
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  /** A tfjs tensor for an op's output; one of bfloat16 calls itself float32. */
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  /** Runs one op, or adds it to the graph that is being traced. Automatic differentiation does not see it. */
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: tf.Tensor[],
    outputCount: number,
  ): tf.Tensor[];
}

/** The class as it is; the package exports no types for it. */
interface NodeJSKernelBackend extends NativeBackend {
  tensorMap: { get(dataId: object): { id: number; shape: number[]; values: unknown; madeInside?: boolean } };
  read(dataId: object): Promise<unknown>;
  readSync(dataId: object): unknown;
  move(dataId: object, ...rest: unknown[]): void;
}
type NodeJSKernelBackendClass = new (binding: TensorFlowBinding, packageName: string) => NodeJSKernelBackend;

let native: NativeBackend | undefined;

/** The native backend; `undefined` before {@link startEngine} and on another engine. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? native : undefined;
}

/**
 * Starts the engine once: native TensorFlow where its library is found, else WebGPU, which can train as well.
 * (tfjs's WASM backend has no gradients of convolutions and is used for nothing.)
 *
 * @throws {Error} when neither can be had, with what to do
 */
export function startEngine(): Promise<Engine> {
  return started ??= start();
}

/** One line about an engine, for example `TensorFlow 2.21.0, CPU`. */
export function describeEngine(engine: Engine): string {
  const name = engine.backend === "tensorflow" ? "TensorFlow" : "tfjs WebGPU";
  return `${name} ${engine.version}, ${engine.device}`;
}

async function start(): Promise<Engine> {
  tf.enableProdMode();
  const library = findLibrary();
  if (library) return await startNative(library);
  return await startWebGpu();
}

async function startNative(library: NativeLibrary): Promise<Engine> {
  setNativeEnvironment(NATIVE_ENVIRONMENT);
  returnLargeBlocks();
  const driver = readDriver();
  const use = driver && usable(driver);
  const gpu = use && "gpu" in use ? use : undefined;
  const binding = new TensorFlowBinding(library, { gpu: gpu !== undefined });
  restoreRemovedNodeFunctions();
  // The package's entry point would load its addon; these two inner modules hold the kernels and the backend.
  require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
  replaceKernel("SplitV", splitByViews);
  const { NodeJSKernelBackend } = require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend");
  const backend = native = withTracing(NodeJSKernelBackend, binding);
  tf.registerBackend("tensorflow", () => backend as unknown as tf.KernelBackend);
  await tf.setBackend("tensorflow");
  releaseCode(library.core);
  const engine = { backend: "tensorflow", version: binding.TF_Version, library } as const;
  if (gpu && binding.isUsingGpuDevice()) {
    binding.isFusing = gpu.xla;
    return { ...engine, device: gpu.gpu.name, note: gpu.whyNoXla };
  }
  reserveMemory(binding);
  return { ...engine, device: "CPU", note: whyNoGpu(library, driver) };
}

/**
 * Bytes of the allocator's first region. Larger ones, such as 640 MiB, have a ViT's step hold a third more.
 */
const FIRST_REGION = 512 << 20;

/**
 * Has TensorFlow's allocator get its first region at once, by a tensor of that size to which nobody writes,
 * so that it takes no memory yet: what is freed in a region joins with what is free beside it. By itself the
 * allocator begins with small regions; a ResNet-18's step then holds a fifth more. Where a system does not
 * promise memory that it may not have, it stays so.
 */
function reserveMemory(binding: TensorFlowBinding): void {
  const shape = binding.createTensor([1], DataType.int32, Int32Array.of(FIRST_REGION / 4));
  try {
    const attributes = [attribute.type("dtype", "float32"), attribute.bool("init", false)];
    const [{ id }] = binding.executeOp("Empty", attributes, [shape], 1);
    binding.deleteTensor(id);
  } catch {
    // ResourceExhausted
  } finally {
    binding.deleteTensor(shape);
  }
}

/**
 * tfjs-node's backend, with three additions. It copies values to native memory when an op first reads them:
 * while a function is traced, only values that are made inside it may become constants of its graph; those
 * from outside are copied as ever. Tensors of bfloat16, which tfjs does not know, pass for float32. And where
 * a promise of values is asked for, they are waited for off the event loop.
 */
function withTracing(Base: NodeJSKernelBackendClass, binding: TensorFlowBinding): NativeBackend {
  class TracingBackend extends Base {
    override move(dataId: object, ...rest: unknown[]) {
      super.move(dataId, ...rest);
      this.tensorMap.get(dataId).madeInside = binding.isTracing;
    }

    override async read(dataId: object) {
      const { values, id } = this.tensorMap.get(dataId);
      return binding.isTracing || values !== null ? this.readSync(dataId) : await binding.tensorData(id);
    }

    override readSync(dataId: object) {
      const { madeInside, shape } = this.tensorMap.get(dataId);
      if (binding.isTracing && madeInside === false) {
        throw new Error(
          `The value of a tensor of shape [${shape}] from outside was asked for${callingLine()} while a function that takes it ` +
            "is being compiled: it would be the same at every call. Compute with the tensor, or give the value as a number.",
        );
      }
      return super.readSync(dataId);
    }

    override createOutputTensor(metadata: TensorMetadata): tf.Tensor {
      if (metadata.dtype !== DataType.bfloat16) return super.createOutputTensor(metadata);
      return super.createOutputTensor({ ...metadata, dtype: DataType.float32 });
    }

    override getInputTensorIds(tensors: tf.Tensor[]): number[] {
      if (!binding.isTracing) return super.getInputTensorIds(tensors);
      return tensors.flatMap((tensor) => {
        const { values, madeInside } = this.tensorMap.get(tensor.dataId);
        const copy = () => super.getInputTensorIds([tensor]);
        return values && !madeInside ? binding.outsideTrace(copy) : copy();
      });
    }
  }
  return new TracingBackend(binding, "@tensorflow/tfjs-node-gpu");
}

function replaceKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  tf.unregisterKernel(kernelName, "tensorflow");
  tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc });
}

/**
 * Splits by `Slice`, which TensorFlow answers with a view into the same memory where it can (parts of the
 * first axis that begin at a multiple of 64 bytes); its `SplitV` copies.
 */
function splitByViews(
  { inputs, attrs }: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap },
): tf.TensorInfo[] {
  const x = inputs.x as tf.Tensor;
  const axis = tf.util.parseAxisParam(attrs!.axis as number, x.shape)[0];
  const sizes = tf.backend_util.prepareSplitSize(x, attrs!.numOrSizeSplits as number | number[], axis);
  let from = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => i === axis ? from : 0);
    from += size;
    return tf.slice(x, begin, x.shape.map((dim, i) => i === axis ? size : dim));
  });
}

/** tfjs-node 4.22 calls two functions of node:util that Node 23 removed. */
function restoreRemovedNodeFunctions(): void {
  const util = require("node:util");
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

async function startWebGpu(): Promise<Engine> {
  const note = "Native TensorFlow was not found; this runs on WebGPU. `deno task lab` installs TensorFlow.";
  try {
    await import("@tensorflow/tfjs-backend-webgpu");
    const adapter = await navigator.gpu.requestAdapter();
    if (adapter && await tf.setBackend("webgpu")) {
      await tf.ready();
      return { backend: "webgpu", version: tf.version.tfjs, device: adapter.info.description, note };
    }
  } catch (cause) {
    throw new Error(noEngine, { cause });
  }
  throw new Error(noEngine);
}

const noEngine =
  "Nothing to train on: native TensorFlow was not found (looked in NTD_TENSORFLOW, .venv and the " +
  "system's Python packages) and this machine offers no WebGPU device. Run `deno task lab` or `deno task test` once: " +
  "set-up installs TensorFlow into .venv.";
