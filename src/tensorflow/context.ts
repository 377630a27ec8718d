/**
 * TensorFlow's eager contexts, with their threads and devices, and the settings of Grappler, which
 * rewrites functions' graphs.
 */
import type { CApi, Pointer } from "./capi.ts";

/** Threads and devices of a context. */
export interface ContextOptions {
  /** Size of TensorFlow's thread pools, 1 to 127. Default: the number of cores. */
  threads?: number;
  /** Number of ops at a time that are to share the threads among them. Default: 1, each op may use all. */
  towers?: number;
  /** Whether it takes the GPU where there is one. Default: true. */
  gpu?: boolean;
}

/** `device_count (1) { key (1): "GPU", value (2): … }` as protobuf bytes. */
const gpus = (count: number) => [0x0a, 0x07, 0x0a, 0x03, ...new TextEncoder().encode("GPU"), 0x10, count];

/**
 * `gpu_options (6) { allow_growth (4): true }` as protobuf bytes. By itself a context takes all of the memory
 * of all GPUs, until its process ends: a kernel that is left open would leave the next one nothing.
 */
const GROWING = [0x32, 0x02, 0x20, 0x01];

/**
 * `ConfigProto { intra_op_parallelism_threads (2), inter_op_parallelism_threads (5), … }` as protobuf bytes:
 * at most one GPU.
 */
export function contextConfig(
  { threads = navigator.hardwareConcurrency, towers = 1, gpu = true }: ContextOptions,
): Uint8Array<ArrayBuffer> {
  const inter = Math.min(threads, 127);
  const intra = Math.max(Math.floor(inter / towers), 1);
  return new Uint8Array([0x10, intra, 0x28, inter, ...(gpu ? [...gpus(1), ...GROWING] : gpus(0))]);
}

/** A device of a context. */
interface Device {
  /** For example `/job:localhost/replica:0/task:0/device:CPU:0`. */
  name: string;
  /** For example `CPU`. */
  type: string;
}

/** A context for each number of towers, opened when the first function with that number comes. */
export class Contexts {
  readonly #api: CApi;
  readonly #options: ContextOptions;
  readonly #contexts = new Map<number, Pointer>();
  /** The devices that ops run on. */
  readonly devices: Device[];
  /** See {@link rewriterConfig}. */
  readonly rewriter = rewriterConfig();

  /**
   * @throws {Error} when there is no usable device
   */
  constructor(api: CApi, options: ContextOptions) {
    [this.#api, this.#options] = [api, options];
    const { context, devices } = openContext(api, options);
    this.devices = devices;
    this.#contexts.set(1, context);
  }

  /** The context for functions with a number of towers; that of 1 is for single ops, too. */
  of(towers: number): Pointer {
    const known = this.#contexts.get(towers);
    if (known) return known;
    const { context } = openContext(this.#api, { ...this.#options, towers });
    this.#contexts.set(towers, context);
    return context;
  }
}

/** Makes a context, which lives as long as the process. */
function openContext(
  api: CApi,
  contextOptions: ContextOptions,
): { context: Pointer; devices: Device[] } {
  const { call, status } = api;
  const options = call.TFE_NewContextOptions();
  const config = contextConfig(contextOptions);
  call.TFE_ContextOptionsSetConfig(options, config, BigInt(config.length), status);
  api.check("setting threads and devices");
  const context = call.TFE_NewContext(options, status)!;
  api.check("starting");
  call.TFE_DeleteContextOptions(options);
  return { context, devices: listDevices(api, context) };
}

function listDevices(api: CApi, context: Pointer): Device[] {
  const { call, status } = api;
  const list = call.TFE_ContextListDevices(context, status);
  api.check("listing devices");
  const devices = Array.from({ length: call.TF_DeviceListCount(list) }, (_, i) => ({
    name: api.string(call.TF_DeviceListName(list, i, status)),
    type: api.string(call.TF_DeviceListType(list, i, status)),
  }));
  call.TF_DeleteDeviceList(list);
  return devices;
}

/** `RewriterConfig.Toggle.OFF`, and `NO_MEM_OPT` and `ONE` of its other enums. */
const [OFF, NO_MEMORY_OPTIMIZATION, ONE] = [2, 1, 1];

/**
 * Passes of Grappler by their field numbers in `RewriterConfig`: each takes time at the first call and
 * gains nothing measurable.
 */
const PASSES_LEFT_OUT = {
  layout_optimizer: 1,
  constant_folding: 3,
  arithmetic_optimization: 7,
  dependency_optimization: 8,
  loop_optimization: 9,
  function_optimization: 10,
  shape_optimization: 13,
  implementation_selector: 22,
  common_subgraph_elimination: 24,
};

/** Other fields of `RewriterConfig`: a bool and two enums. */
const SETTINGS: [field: number, value: number][] = [
  [2, 1], // disable_model_pruning
  [4, NO_MEMORY_OPTIMIZATION], // memory_optimization
  [12, ONE], // meta_optimizer_iterations
];

/** A field number and a small number as protobuf bytes. */
function varintField(field: number, value: number): number[] {
  const tag = field << 3;
  return tag < 128 ? [tag, value] : [tag & 127 | 128, tag >> 7, value];
}

/** A message of fewer than 128 bytes in a field of another one. */
const messageField = (field: number, bytes: number[]) => [field << 3 | 2, bytes.length, ...bytes];

/**
 * The attribute by which Grappler rewrites a function before it first runs:
 * `ConfigProto { graph_options (10) { rewrite_options (10) } }` with one pass, the remapper. It lets a matrix
 * product or a convolution add its bias, and apply the next op, while it writes its result. A function
 * without the attribute is not rewritten.
 */
function rewriterConfig(): Uint8Array<ArrayBuffer> {
  const passes = Object.values(PASSES_LEFT_OUT).map((field): [number, number] => [field, OFF]);
  const options = [...passes, ...SETTINGS].flatMap(([field, value]) => varintField(field, value));
  return new Uint8Array(messageField(10, messageField(10, options)));
}
