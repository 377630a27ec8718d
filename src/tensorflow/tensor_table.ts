/** The tensors that are alive on the native side, by the numbers that tfjs keeps. */
import { callingLine, type CApi, type Pointer } from "./capi.ts";
import type { Graph, GraphOutput } from "./graph.ts";
import { createNativeTensor, type Values } from "./tensor.ts";

/** One output of an op: its number, shape and type. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

/** A tensor in native memory, or, made while tracing, an output of a graph's node. */
export type Entry = TensorMetadata & {
  handle?: Pointer;
  /** The context that its handle belongs to: that in which it was computed; none for one made from values. */
  context?: Pointer;
  output?: GraphOutput;
  graph?: Graph;
  op?: string;
};

/** Gives tensors their numbers and frees them. */
export class TensorTable {
  readonly #api: CApi;
  readonly #entries = new Map<number, Entry>();
  #nextId = 1;
  /** How often a tensor was handed from one context to another. */
  crossings = 0;

  constructor(api: CApi) {
    this.#api = api;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  /** @throws {Error} for a tensor that is not alive */
  entry(id: number): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new Error(`Tensor ${id} has been disposed or was never made.`);
    return entry;
  }

  /** @throws {Error} for a tensor of a graph, which has no value */
  handle(id: number): Pointer {
    const { handle, shape, op } = this.entry(id);
    if (handle) return handle;
    throw new Error(
      `The value of a tensor of shape [${shape}] (made by ${op}) was asked for${callingLine()} while its function is being ` +
        "compiled: it has none yet. Return the tensor and read it outside.",
    );
  }

  register(tensor: Omit<Entry, "id">): TensorMetadata {
    const entry = { id: this.#nextId++, ...tensor };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  /** Takes over a `TFE_TensorHandle*` that an op has returned in a context. */
  adopt(address: bigint, context: Pointer): TensorMetadata {
    const { call, status } = this.#api;
    const handle = Deno.UnsafePointer.create(address)!;
    const rank = call.TFE_TensorHandleNumDims(handle, status);
    const shape = Array.from({ length: rank }, (_, i) => Number(call.TFE_TensorHandleDim(handle, i, status)));
    return this.register({ handle, context, shape, dtype: call.TFE_TensorHandleDataType(handle) });
  }

  /** A tensor with these values in native memory. */
  create(shape: readonly number[], dtype: number, values: Values): number {
    return this.hold(createNativeTensor(this.#api, shape, dtype, values), shape, dtype);
  }

  /** Copies a tensor's memory to a device of a context; others may read the tensor as before. */
  copyToDevice(id: number, context: Pointer, device: string): void {
    const { call, status } = this.#api;
    const entry = this.entry(id);
    const copy = call.TFE_TensorHandleCopyToDevice(this.handle(id), context, this.#api.name(device), status);
    this.#api.check(`copying a tensor to ${device}`);
    call.TFE_DeleteTensorHandle(entry.handle!);
    Object.assign(entry, { handle: copy, context });
  }

  /** Takes over a native tensor. */
  hold(tensor: Pointer, shape: readonly number[], dtype: number): number {
    const { call, status } = this.#api;
    const handle = call.TFE_NewTensorHandle(tensor, status)!;
    call.TF_DeleteTensor(tensor);
    this.#api.check("making a tensor");
    return this.register({ handle, shape: shape.slice(), dtype }).id;
  }

  /**
   * Gives `use` a handle that an op of a context can read: the tensor's own, or, where that belongs to
   * another context, one of the same memory that belongs to none. On a GPU, which has one context, the latter
   * would be a copy to the host and back.
   */
  inContext(id: number, context: Pointer, use: (handle: Pointer) => void): void {
    const { context: own } = this.entry(id);
    if (!own || Deno.UnsafePointer.equals(own, context)) return use(this.handle(id));
    const { call, status } = this.#api;
    const handle = this.resolved(id, (tensor) => call.TFE_NewTensorHandle(tensor, status)!);
    this.#api.check("handing a tensor over");
    this.crossings++;
    use(handle);
    call.TFE_DeleteTensorHandle(handle);
  }

  /** Gives a tensor's memory to `read`, for as long as that runs. */
  resolved<T>(id: number, read: (tensor: Pointer) => T): T {
    const { call, status } = this.#api;
    const tensor = call.TFE_TensorHandleResolve(this.handle(id), status)!;
    this.#api.check("reading a tensor");
    try {
      return read(tensor);
    } finally {
      call.TF_DeleteTensor(tensor);
    }
  }

  /**
   * As {@linkcode resolved}, off the event loop: on a GPU it waits until the tensor has been computed. The
   * tensor may be deleted meanwhile.
   */
  async resolvedAsync<T>(id: number, read: (tensor: Pointer) => T): Promise<T> {
    const { call } = this.#api;
    const own = this.handle(id);
    const status = call.TF_NewStatus()!;
    const handle = call.TFE_TensorHandleCopySharingTensor(own, status);
    try {
      this.#api.check("reading a tensor", status);
      const tensor = await call.resolveAsync(handle, status);
      this.#api.check("reading a tensor", status);
      try {
        return read(tensor!);
      } finally {
        call.TF_DeleteTensor(tensor);
      }
    } finally {
      if (handle) call.TFE_DeleteTensorHandle(handle);
      call.TF_DeleteStatus(status);
    }
  }

  /** Frees a tensor; one that is not alive is left alone. */
  delete(id: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (entry.handle) this.#api.call.TFE_DeleteTensorHandle(entry.handle);
    this.#entries.delete(id);
  }
}
