/**
 * TensorFlow's C API through Deno FFI: the symbols that the project calls, and the few conventions around
 * them (status objects, C strings). Headers: tensorflow/c/c_api.h, tensorflow/c/eager/c_api.h,
 * tensorflow/c/tf_tstring.h.
 */
import { fileURLToPath } from "node:url";
import { cudaBeside } from "./cuda.ts";
import type { NativeLibrary } from "./library.ts";
import { keepLoaded } from "./process.ts";

/** A non-null native pointer. */
export type Pointer = Deno.PointerObject;

/** `TF_Output`: a node and which of its outputs, passed by value. */
const OUTPUT = { struct: ["pointer", "i32"] } as const;

const [P, B, I, L, F, U, V, Z] = ["pointer", "buffer", "i32", "i64", "f32", "u8", "void", "usize"] as const;

const symbols = {
  TF_Version: { parameters: [], result: P },
  TF_NewStatus: { parameters: [], result: P },
  TF_GetCode: { parameters: [P], result: I },
  TF_Message: { parameters: [P], result: P },
  TF_DeleteStatus: { parameters: [P], result: V },

  TFE_NewContextOptions: { parameters: [], result: P },
  TFE_ContextOptionsSetConfig: { parameters: [P, B, Z, P], result: V },
  TFE_DeleteContextOptions: { parameters: [P], result: V },
  TFE_NewContext: { parameters: [P, P], result: P },
  TFE_ContextListDevices: { parameters: [P, P], result: P },
  TF_DeviceListCount: { parameters: [P], result: I },
  TF_DeviceListType: { parameters: [P, I, P], result: P },
  TF_DeviceListName: { parameters: [P, I, P], result: P },
  TF_DeleteDeviceList: { parameters: [P], result: V },

  TFE_NewOp: { parameters: [P, B, P], result: P },
  TFE_DeleteOp: { parameters: [P], result: V },
  TFE_OpAddInput: { parameters: [P, P, P], result: V },
  TFE_OpSetAttrType: { parameters: [P, B, I], result: V },
  TFE_OpSetAttrInt: { parameters: [P, B, L], result: V },
  TFE_OpSetAttrFloat: { parameters: [P, B, F], result: V },
  TFE_OpSetAttrBool: { parameters: [P, B, U], result: V },
  TFE_OpSetAttrString: { parameters: [P, B, B, Z], result: V },
  TFE_OpSetAttrShape: { parameters: [P, B, B, I, P], result: V },
  TFE_OpSetAttrIntList: { parameters: [P, B, B, I], result: V },
  TFE_OpSetAttrTypeList: { parameters: [P, B, B, I], result: V },
  TFE_Execute: { parameters: [P, B, B, P], result: V },

  TFE_ContextAddFunction: { parameters: [P, P, P], result: V },
  TFE_ContextRemoveFunction: { parameters: [P, B, P], result: V },
  /** TFE_Execute on a thread of its own: the event loop turns while it runs. */
  executeAsync: { name: "TFE_Execute", parameters: [P, B, B, P], result: V, nonblocking: true },

  TFE_NewTensorHandle: { parameters: [P, P], result: P },
  TFE_TensorHandleCopySharingTensor: { parameters: [P, P], result: P },
  TFE_TensorHandleCopyToDevice: { parameters: [P, P, B, P], result: P },
  TFE_DeleteTensorHandle: { parameters: [P], result: V },
  TFE_TensorHandleDataType: { parameters: [P], result: I },
  TFE_TensorHandleNumDims: { parameters: [P, P], result: I },
  TFE_TensorHandleDim: { parameters: [P, I, P], result: L },
  TFE_TensorHandleResolve: { parameters: [P, P], result: P },
  /** The same on a thread of its own: on a GPU it waits for what the tensor is computed from. */
  resolveAsync: { name: "TFE_TensorHandleResolve", parameters: [P, P], result: P, nonblocking: true },

  TF_AllocateTensor: { parameters: [I, B, I, Z], result: P },
  TF_TensorData: { parameters: [P], result: P },
  TF_TensorByteSize: { parameters: [P], result: Z },
  TF_DeleteTensor: { parameters: [P], result: V },
  TF_NewGraph: { parameters: [], result: P },
  TF_DeleteGraph: { parameters: [P], result: V },
  TF_NewOperation: { parameters: [P, B, B], result: P },
  TF_AddInput: { parameters: [P, OUTPUT], result: V },
  TF_AddInputList: { parameters: [P, B, I], result: V },
  TF_SetAttrType: { parameters: [P, B, I], result: V },
  TF_SetAttrInt: { parameters: [P, B, L], result: V },
  TF_SetAttrFloat: { parameters: [P, B, F], result: V },
  TF_SetAttrBool: { parameters: [P, B, U], result: V },
  TF_SetAttrString: { parameters: [P, B, B, Z], result: V },
  TF_SetAttrShape: { parameters: [P, B, B, I], result: V },
  TF_SetAttrIntList: { parameters: [P, B, B, I], result: V },
  TF_SetAttrTypeList: { parameters: [P, B, B, I], result: V },
  TF_SetAttrFuncName: { parameters: [P, B, B, Z], result: V },
  TF_SetAttrTensor: { parameters: [P, B, P, P], result: V },
  TF_FinishOperation: { parameters: [P, P], result: P },
  TF_GraphGetTensorNumDims: { parameters: [P, OUTPUT, P], result: I },
  TF_GraphGetTensorShape: { parameters: [P, OUTPUT, B, I, P], result: V },
  TF_GraphSetTensorShape: { parameters: [P, OUTPUT, B, I, P], result: V },
  TF_OperationOutputType: { parameters: [OUTPUT], result: I },
  TF_GraphToFunction: { parameters: [P, B, U, I, P, I, B, I, B, P, P, P, P], result: P },
  TF_FunctionSetAttrValueProto: { parameters: [P, B, B, Z, P], result: V },
  TF_DeleteFunction: { parameters: [P], result: V },

  TF_StringInit: { parameters: [P], result: V },
  TF_StringCopy: { parameters: [P, B, Z], result: V },
  TF_StringAssignView: { parameters: [P, B, Z], result: V },
  TF_StringGetDataPointer: { parameters: [P], result: P },
  TF_StringGetSize: { parameters: [P], result: Z },
} as const;

/** `TF_RESOURCE_EXHAUSTED` of tensorflow/c/tf_status.h. */
const RESOURCE_EXHAUSTED = 8;

/** The memory of the machine, or of its GPU, does not hold what was to be computed. */
export class OutOfMemoryError extends Error {
  override name = "OutOfMemoryError";
}

/** The opened library with one status object, which every call that can fail writes to. */
export class CApi {
  readonly call: Deno.DynamicLibrary<typeof symbols>["symbols"];
  /**
   * Pass as the `TF_Status*` of a call, then {@link check}. Calls that wait are made one after
   * another, so one is enough.
   */
  readonly status: Pointer;
  readonly version: string;
  #names = new Map<string, Uint8Array<ArrayBuffer>>();
  #encoder = new TextEncoder();

  constructor(library: NativeLibrary) {
    keepLoaded([...cudaBeside(library).libraries, library.framework, library.core]);
    this.call = Deno.dlopen(library.core, symbols).symbols;
    this.status = this.call.TF_NewStatus()!;
    this.version = this.string(this.call.TF_Version());
  }

  /** A NUL-terminated copy of an op's or attribute's name; names repeat, so they are kept. */
  name(text: string): Uint8Array<ArrayBuffer> {
    let bytes = this.#names.get(text);
    if (!bytes) this.#names.set(text, bytes = this.#encoder.encode(text + "\0"));
    return bytes;
  }

  /** UTF-8 bytes without a terminator, for the calls that take a length. */
  bytes(text: string): Uint8Array<ArrayBuffer> {
    return this.#encoder.encode(text);
  }

  /** Reads a C string that the library owns. */
  string(pointer: Deno.PointerValue): string {
    return pointer ? new Deno.UnsafePointerView(pointer).getCString() : "";
  }

  /**
   * Throws what the last call reported, if it failed.
   *
   * @param what the operation in words, which starts the message
   * @param status the status that the call was given; default: the shared one
   * @throws {OutOfMemoryError} where memory did not suffice
   */
  check(what: string, status: Pointer = this.status): void {
    const code = this.call.TF_GetCode(status);
    if (code === 0) return;
    const message = `TensorFlow, ${what}: ${this.string(this.call.TF_Message(status))}`;
    if (code !== RESOURCE_EXHAUSTED) throw new Error(message);
    throw new OutOfMemoryError(
      `Out of memory: make batches smaller (the recipe's batchSize), or images, or the model. ${message}`,
    );
  }
}

/**
 * ` at file:line` of the code that called into tfjs, where the stack shows it, for
 * errors that arise deep inside.
 */
export function callingLine(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const own = frames.find((frame) =>
    !/node_modules|\/src\/(tensorflow|ops)\//.test(frame) && /:\d+:\d+/.test(frame)
  );
  const [, module, line] = own?.match(/([^\s(]+):(\d+):\d+/) ?? [];
  if (!module) return "";
  return ` at ${module.startsWith("file:") ? fileURLToPath(module) : module}:${line}`;
}
