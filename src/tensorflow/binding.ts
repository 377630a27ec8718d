/**
 * The native side of tfjs-node, over TensorFlow's C API: what `dist/tfjs_binding.d.ts` of `@tensorflow/tfjs-node-gpu`
 * expects of its C++ addon, without the addon. Tensors are numbered; the numbers are what tfjs keeps.
 */
import { CApi, type Pointer } from "./capi.ts";
import type { NativeLibrary } from "./library.ts";
import { createNativeTensor, DataType, readNativeTensor, sizeOf, type Values } from "./tensor.ts";

/** One attribute of an op; `type` is one of the `TF_ATTR_*` numbers. */
export interface OpAttribute {
  name: string;
  type: number;
  // deno-lint-ignore no-explicit-any -- as untyped as tfjs hands it over: number, string, boolean, list or Int64Scalar
  value: any;
}

/** What an op returns for each output. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

interface Entry extends TensorMetadata {
  handle: Pointer;
}

/** `TF_AttrType` of c_api.h. */
const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, resource: 9 } as const;

/** No TensorFlow op that tfjs calls has more outputs, except splits, for which the array grows. */
const INITIAL_OUTPUTS = 64;

/** `ConfigProto { intra_op_parallelism_threads (2), inter_op_parallelism_threads (5) }` as protobuf bytes. */
function threadConfig(threads: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0x10, threads, 0x28, threads]);
}

/** A TensorFlow eager context that runs ops for tfjs's `NodeJSKernelBackend`. */
export class TensorFlowBinding {
  readonly TF_FLOAT = DataType.float32;
  readonly TF_INT32 = DataType.int32;
  readonly TF_INT64 = DataType.int64;
  readonly TF_BOOL = DataType.bool;
  readonly TF_COMPLEX64 = DataType.complex64;
  readonly TF_STRING = DataType.string;
  readonly TF_RESOURCE = DataType.resource;
  readonly TF_UINT8 = DataType.uint8;
  readonly TF_ATTR_STRING = AttributeType.string;
  readonly TF_ATTR_INT = AttributeType.int;
  readonly TF_ATTR_FLOAT = AttributeType.float;
  readonly TF_ATTR_BOOL = AttributeType.bool;
  readonly TF_ATTR_TYPE = AttributeType.type;
  readonly TF_ATTR_SHAPE = AttributeType.shape;
  readonly TF_ATTR_RESOURCE = AttributeType.resource;
  readonly TF_Version: string;
  /** Names of the devices, for example `/job:localhost/replica:0/task:0/device:CPU:0`. */
  readonly devices: { name: string; type: string }[];

  readonly #api: CApi;
  readonly #context: Pointer;
  readonly #tensors = new Map<number, Entry>();
  #nextId = 1;
  #outputs = new BigUint64Array(INITIAL_OUTPUTS);
  readonly #outputCount = new Int32Array(1);

  /**
   * @param threads size of TensorFlow's thread pools, 1 to 127; default: the number of cores
   * @throws {Error} when the library cannot be opened or has no usable device
   */
  constructor(library: NativeLibrary, threads = navigator.hardwareConcurrency) {
    this.#api = new CApi(library);
    const { call, status } = this.#api;
    const options = call.TFE_NewContextOptions();
    const config = threadConfig(Math.min(threads, 127));
    call.TFE_ContextOptionsSetConfig(options, config, BigInt(config.length), status);
    this.#api.check("setting the number of threads");
    this.#context = call.TFE_NewContext(options, status)!;
    this.#api.check("starting");
    call.TFE_DeleteContextOptions(options);
    this.TF_Version = this.#api.version;
    this.devices = this.#listDevices();
  }

  #listDevices(): { name: string; type: string }[] {
    const { call, status } = this.#api;
    const list = call.TFE_ContextListDevices(this.#context, status);
    this.#api.check("listing devices");
    const devices = Array.from({ length: call.TF_DeviceListCount(list) }, (_, i) => ({
      name: this.#api.string(call.TF_DeviceListName(list, i, status)),
      type: this.#api.string(call.TF_DeviceListType(list, i, status)),
    }));
    call.TF_DeleteDeviceList(list);
    return devices;
  }

  isUsingGpuDevice(): boolean {
    return this.devices.some((device) => device.type === "GPU");
  }

  /** Number of tensors that are alive on the native side. */
  getNumOfTensors(): number {
    return this.#tensors.size;
  }

  createTensor(shape: number[], dtype: number, values: Values): number {
    const { call, status } = this.#api;
    const tensor = createNativeTensor(this.#api, shape, dtype, values);
    const handle = call.TFE_NewTensorHandle(tensor, status)!;
    call.TF_DeleteTensor(tensor);
    this.#api.check("making a tensor");
    return this.#register(handle, shape.slice(), dtype).id;
  }

  deleteTensor(id: number): void {
    const entry = this.#tensors.get(id);
    if (!entry) return;
    this.#api.call.TFE_DeleteTensorHandle(entry.handle);
    this.#tensors.delete(id);
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | Uint8Array[] {
    const { call, status } = this.#api;
    const entry = this.#entry(id);
    const tensor = call.TFE_TensorHandleResolve(entry.handle, status)!;
    this.#api.check("reading a tensor");
    try {
      return readNativeTensor(this.#api, tensor, entry.dtype, sizeOf(entry.shape));
    } finally {
      call.TF_DeleteTensor(tensor);
    }
  }

  /** Runs one op and waits for it. */
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputCount: number,
  ): TensorMetadata[] {
    const { call, status } = this.#api;
    const op = call.TFE_NewOp(this.#context, this.#api.name(name), status);
    this.#api.check(name);
    try {
      for (const attribute of attributes) this.#setAttribute(op, attribute);
      for (const id of inputs) call.TFE_OpAddInput(op, this.#entry(id).handle, status);
      if (this.#outputs.length < outputCount) this.#outputs = new BigUint64Array(outputCount);
      this.#outputCount[0] = outputCount;
      call.TFE_Execute(op, this.#outputs, this.#outputCount, status);
      this.#api.check(name);
    } finally {
      call.TFE_DeleteOp(op);
    }
    return Array.from({ length: this.#outputCount[0] }, (_, i) => this.#adopt(this.#outputs[i]));
  }

  #setAttribute(op: Deno.PointerValue, { name, type, value }: OpAttribute): void {
    const { call, status } = this.#api;
    const key = this.#api.name(name);
    const isList = typeof value === "object";
    switch (type) {
      case AttributeType.string: {
        const bytes = this.#api.bytes(value);
        return call.TFE_OpSetAttrString(op, key, bytes, BigInt(bytes.length));
      }
      case AttributeType.int:
        return isList
          ? call.TFE_OpSetAttrIntList(op, key, BigInt64Array.from(value, BigInt), value.length)
          : call.TFE_OpSetAttrInt(op, key, BigInt(value));
      case AttributeType.float:
        return call.TFE_OpSetAttrFloat(op, key, value);
      case AttributeType.bool:
        return call.TFE_OpSetAttrBool(op, key, value ? 1 : 0);
      case AttributeType.type:
        return isList
          ? call.TFE_OpSetAttrTypeList(op, key, Int32Array.from(value), value.length)
          : call.TFE_OpSetAttrType(op, key, value);
      case AttributeType.shape:
        call.TFE_OpSetAttrShape(op, key, BigInt64Array.from(value, BigInt), value.length, status);
        return this.#api.check(`attribute ${name}`);
      default:
        throw new Error(`Attribute ${name}: TF_AttrType ${type} is not supported.`);
    }
  }

  #adopt(address: bigint): TensorMetadata {
    const { call, status } = this.#api;
    const handle = Deno.UnsafePointer.create(address)!;
    const rank = call.TFE_TensorHandleNumDims(handle, status);
    const shape = Array.from({ length: rank }, (_, i) => Number(call.TFE_TensorHandleDim(handle, i, status)));
    return this.#register(handle, shape, call.TFE_TensorHandleDataType(handle));
  }

  #register(handle: Pointer, shape: number[], dtype: number): Entry {
    const entry = { id: this.#nextId++, shape, dtype, handle };
    this.#tensors.set(entry.id, entry);
    return entry;
  }

  #entry(id: number): Entry {
    const entry = this.#tensors.get(id);
    if (!entry) throw new Error(`Tensor ${id} has been disposed or was never made.`);
    return entry;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  loadSavedModel(): never {
    throw new Error("SavedModels are not read here: exchange weights as safetensors.");
  }

  runSavedModel(): never {
    return this.loadSavedModel();
  }

  deleteSavedModel(): never {
    return this.loadSavedModel();
  }
}
