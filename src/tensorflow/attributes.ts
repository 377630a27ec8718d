/**
 * Attributes of ops: tfjs names them in one way, and the C API takes them in two, for eager ops (binding.ts)
 * and for nodes of a graph (graph.ts).
 */
import type { CApi } from "./capi.ts";
import { DataType } from "./tensor.ts";

/** One attribute of an op; `type` is one of {@link AttributeType}. */
export interface OpAttribute {
  name: string;
  type: number;
  // deno-lint-ignore no-explicit-any -- as untyped as tfjs hands it over: number, string, boolean, list or Int64Scalar
  value: any;
}

/** `TF_AttrType` of c_api.h, the numbers that tfjs uses. */
export const AttributeType = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  resource: 9,
} as const;

type Name = Uint8Array<ArrayBuffer>;

/** Sets attributes on one op that is being made. */
export interface AttributeWriter {
  string(name: Name, value: Uint8Array<ArrayBuffer>): void;
  int(name: Name, value: bigint): void;
  intList(name: Name, values: BigInt64Array<ArrayBuffer>): void;
  float(name: Name, value: number): void;
  bool(name: Name, value: number): void;
  type(name: Name, value: number): void;
  typeList(name: Name, values: Int32Array<ArrayBuffer>): void;
  shape(name: Name, dims: BigInt64Array<ArrayBuffer>): void;
}

/**
 * Sets one attribute as tfjs describes it.
 *
 * @throws {Error} for a kind of attribute that no op of tfjs has
 */
export function writeAttribute(api: CApi, writer: AttributeWriter, { name, type, value }: OpAttribute): void {
  const key = api.name(name);
  const isList = typeof value === "object";
  switch (type) {
    case AttributeType.string:
      return writer.string(key, api.bytes(value));
    case AttributeType.int:
      return isList ? writer.intList(key, BigInt64Array.from(value, BigInt)) : writer.int(key, BigInt(value));
    case AttributeType.float:
      return writer.float(key, value);
    case AttributeType.bool:
      return writer.bool(key, value ? 1 : 0);
    case AttributeType.type:
      return isList ? writer.typeList(key, Int32Array.from(value)) : writer.type(key, value);
    case AttributeType.shape:
      return writer.shape(key, BigInt64Array.from(value, BigInt));
    default:
      throw new Error(`Attribute ${name}: TF_AttrType ${type} is not supported.`);
  }
}

/** Makes attributes of ops. */
export const attribute = {
  bool: (name: string, value: boolean): OpAttribute => ({ name, type: AttributeType.bool, value }),
  float: (name: string, value: number): OpAttribute => ({ name, type: AttributeType.float, value }),
  int: (name: string, value: number): OpAttribute => ({ name, type: AttributeType.int, value }),
  ints: (name: string, value: number[]): OpAttribute => ({ name, type: AttributeType.int, value }),
  string: (name: string, value: string): OpAttribute => ({ name, type: AttributeType.string, value }),
  type: (name: string, value: keyof typeof DataType): OpAttribute => ({
    name,
    type: AttributeType.type,
    value: DataType[value],
  }),
};
