/** TensorFlow's eager context: its threads and its devices. */
import type { CApi, Pointer } from "./capi.ts";

/** What a context computes with. */
export interface ContextOptions {
  /** Size of TensorFlow's thread pools, 1 to 127. Default: the number of cores. */
  threads?: number;
  /** Number of ops at a time that are to share the threads among them. Default: 1, each op may use all. */
  towers?: number;
  /** Whether it takes the GPU where there is one. Default: true. */
  gpu?: boolean;
}

/** `device_count (1) { key (1): "GPU", value (2): 0 }` as protobuf bytes. */
const NO_GPU = [0x0a, 0x07, 0x0a, 0x03, ...new TextEncoder().encode("GPU"), 0x10, 0x00];

/** `ConfigProto { intra_op_parallelism_threads (2), inter_op_parallelism_threads (5), … }` as protobuf bytes. */
function contextConfig(
  { threads = navigator.hardwareConcurrency, towers = 1, gpu = true }: ContextOptions,
): Uint8Array<ArrayBuffer> {
  const inter = Math.min(threads, 127);
  const intra = Math.max(Math.floor(inter / towers), 1);
  return new Uint8Array([0x10, intra, 0x28, inter, ...(gpu ? [] : NO_GPU)]);
}

/** A device of a context. */
export interface Device {
  /** For example `/job:localhost/replica:0/task:0/device:CPU:0`. */
  name: string;
  /** For example `CPU`. */
  type: string;
}

/** A context for each number of towers, opened when the first function of so many comes. */
export class Contexts {
  readonly #api: CApi;
  readonly #options: ContextOptions;
  readonly #contexts = new Map<number, Pointer>();
  /** What ops run on. */
  readonly devices: Device[];

  /**
   * @throws {Error} when there is no usable device
   */
  constructor(api: CApi, options: ContextOptions) {
    [this.#api, this.#options] = [api, options];
    const { context, devices } = openContext(api, options);
    this.devices = devices;
    this.#contexts.set(1, context);
  }

  /** The context for functions of so many towers; that of 1 is for ops by themselves too. */
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
