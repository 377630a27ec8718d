/** Copies between JavaScript's typed arrays and native tensors. */
import type { CApi, Pointer } from "./capi.ts";

/** `TF_DataType` of tensorflow/core/framework/types.proto, as far as tfjs uses it, and bfloat16. */
export const DataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

/** Values as tfjs hands them over: typed arrays, plain arrays, or an array of byte strings. */
export type Values = ArrayLike<number> | Uint8Array[];

const bytesPerElement: Record<number, number> = {
  [DataType.float32]: 4,
  [DataType.int32]: 4,
  [DataType.uint8]: 1,
  [DataType.complex64]: 8,
  [DataType.int64]: 8,
  [DataType.bool]: 1,
  // sizeof(TF_TString)
  [DataType.string]: 24,
};

/** Number of elements of a shape; 1 for a scalar. */
function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Dimensions in the form that the C API takes. */
export function dimensions(shape: readonly number[]): BigInt64Array<ArrayBuffer> {
  return new BigInt64Array(shape.map(BigInt));
}

function typedArray(dtype: number, values: ArrayLike<number>): ArrayBufferView<ArrayBufferLike> {
  switch (dtype) {
    case DataType.float32:
    case DataType.complex64:
      return values instanceof Float32Array ? values : Float32Array.from(values);
    case DataType.int32:
      return values instanceof Int32Array ? values : Int32Array.from(values);
    case DataType.int64:
      return BigInt64Array.from(Array.from(values, BigInt));
    default:
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
  }
}

function writeStrings(api: CApi, data: Pointer, strings: Uint8Array[]): void {
  strings.forEach((bytes, i) => {
    const slot = Deno.UnsafePointer.offset(data, i * bytesPerElement[DataType.string])!;
    api.call.TF_StringInit(slot);
    api.call.TF_StringCopy(slot, bytes as Uint8Array<ArrayBuffer>, BigInt(bytes.length));
  });
}

/**
 * A scalar string that is the caller's bytes where they lie: nothing is copied, and nothing is left
 * when the tensor is deleted, where a copy that `TF_StringCopy` made is never freed. The bytes must
 * stay as they are until then.
 *
 * @returns a `TF_Tensor*` that the caller deletes
 */
export function viewAsNativeString(api: CApi, bytes: Uint8Array): Pointer {
  const tensor = api.call.TF_AllocateTensor(
    DataType.string,
    dimensions([]),
    0,
    BigInt(bytesPerElement[DataType.string]),
  )!;
  const slot = api.call.TF_TensorData(tensor);
  // By its buffer: a small array may lie in JavaScript's heap, where it is moved, until it is asked for that.
  const fixed = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  api.call.TF_StringInit(slot);
  api.call.TF_StringAssignView(slot, fixed, BigInt(bytes.length));
  return tensor;
}

function readStrings(api: CApi, data: Pointer, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const slot = Deno.UnsafePointer.offset(data, i * bytesPerElement[DataType.string])!;
    const length = Number(api.call.TF_StringGetSize(slot));
    const start = api.call.TF_StringGetDataPointer(slot);
    return length && start
      ? new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(start, length).slice(0))
      : new Uint8Array(0);
  });
}

/**
 * Allocates a native tensor and copies the values in.
 *
 * @param dtype one of {@link DataType}
 * @returns a `TF_Tensor*` that the caller deletes
 * @throws {Error} for a type that has no values (resources) or a number of values that does not fit the shape
 */
export function createNativeTensor(
  api: CApi,
  shape: readonly number[],
  dtype: number,
  values: Values,
): Pointer {
  const width = bytesPerElement[dtype];
  if (!width) throw new Error(`A tensor of TensorFlow data type ${dtype} cannot be made from values.`);
  const size = sizeOf(shape);
  const given = dtype === DataType.complex64 ? values.length / 2 : values.length;
  if (given !== size) throw new Error(`Shape [${shape}] holds ${size} values, but ${given} were given.`);
  const tensor = api.call.TF_AllocateTensor(dtype, dimensions(shape), shape.length, BigInt(size * width));
  if (!tensor) throw new Error(`TensorFlow could not allocate a tensor of shape [${shape}]: out of memory.`);
  if (size === 0) return tensor;
  const data = api.call.TF_TensorData(tensor)!;
  if (dtype === DataType.string) {
    writeStrings(api, data, values as Uint8Array[]);
  } else {
    const source = typedArray(dtype, values as ArrayLike<number>);
    const target = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, size * width));
    target.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  }
  return tensor;
}

/** Copies as many of a native tensor's bytes as `into` has room for. */
export function copyNativeTensor(api: CApi, tensor: Pointer, into: Uint8Array): void {
  const data = api.call.TF_TensorData(tensor);
  const bytes = Math.min(into.length, Number(api.call.TF_TensorByteSize(tensor)));
  if (data && bytes) into.set(new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(data, bytes)));
}

/**
 * Copies a native tensor's values out. int64 becomes Int32Array, since tfjs has no 64-bit integers; complex64
 * is interleaved real and imaginary parts; bfloat16 becomes Float32Array, exactly; strings are byte arrays.
 */
export function readNativeTensor(
  api: CApi,
  tensor: Pointer,
  dtype: number,
  shape: readonly number[],
): Float32Array | Int32Array | Uint8Array | Uint8Array[] {
  const data = api.call.TF_TensorData(tensor);
  const size = sizeOf(shape);
  if (dtype === DataType.string) return size && data ? readStrings(api, data, size) : [];
  const bytes = Number(api.call.TF_TensorByteSize(tensor));
  const copy = bytes && data
    ? Deno.UnsafePointerView.getArrayBuffer(data, bytes).slice(0)
    : new ArrayBuffer(0);
  switch (dtype) {
    case DataType.float32:
    case DataType.complex64:
      return new Float32Array(copy);
    case DataType.int32:
      return new Int32Array(copy);
    case DataType.int64:
      return Int32Array.from(new BigInt64Array(copy), Number);
    case DataType.bfloat16: // the upper half of a float32
      return new Float32Array(Uint32Array.from(new Uint16Array(copy), (bits) => bits << 16).buffer);
    default:
      return new Uint8Array(copy);
  }
}
