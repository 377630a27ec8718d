/** A `TF_Graph` that is being built, and the function that it becomes. */
import { type AttributeWriter, type OpAttribute, writeAttribute } from "./attributes.ts";
import { callingLine, type CApi, type Pointer } from "./capi.ts";
import { createNativeTensor, dimensions, type Values } from "./tensor.ts";

/** One output of one node: a `TF_Output` by value, 16 bytes. */
export type GraphOutput = Uint8Array<ArrayBuffer>;

/** An output with what shape inference says of it. */
export interface SymbolicTensor {
  output: GraphOutput;
  shape: number[];
  dtype: number;
}

/**
 * Ops whose first argument is a list of tensors; the number gives how many single arguments follow the list.
 */
const LIST_OPS: Record<string, number> = { Pack: 0, ConcatV2: 1, AddN: 0, IdentityN: 0, Einsum: 0 };

/** Attributes that the graph infers from a list's length and refuses to be told. */
const INFERRED = "N";

function outputOf(node: Pointer, index: number): GraphOutput {
  const output = new Uint8Array(16);
  const view = new DataView(output.buffer);
  view.setBigUint64(0, BigInt(Deno.UnsafePointer.value(node)), true);
  view.setInt32(8, index, true);
  return output;
}

function joined(outputs: readonly GraphOutput[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16 * outputs.length);
  outputs.forEach((output, i) => bytes.set(output, 16 * i));
  return bytes;
}

/** Writes to a node of a graph (`TF_OperationDescription*`). */
function graphWriter({ call }: CApi, node: Pointer): AttributeWriter {
  return {
    string: (name, value) => call.TF_SetAttrString(node, name, value, BigInt(value.length)),
    int: (name, value) => call.TF_SetAttrInt(node, name, value),
    intList: (name, values) => call.TF_SetAttrIntList(node, name, values, values.length),
    float: (name, value) => call.TF_SetAttrFloat(node, name, value),
    bool: (name, value) => call.TF_SetAttrBool(node, name, value),
    type: (name, value) => call.TF_SetAttrType(node, name, value),
    typeList: (name, values) => call.TF_SetAttrTypeList(node, name, values, values.length),
    shape: (name, dims) => call.TF_SetAttrShape(node, name, dims, dims.length),
  };
}

/** Shape and type of one output of a function. */
interface OutputType {
  shape: readonly number[];
  dtype: number;
}

/**
 * Attribute that has XLA, TensorFlow's compiler, turn a function into few loops; on the function itself as a
 * serialised `AttrValue { b: true }`.
 */
const XLA_MUST_COMPILE = "_XlaMustCompile";
const TRUE = new Uint8Array([0x28, 1]);

/** Constants of at most so many values are looked up before they are made. */
const SHORT = 8;

/** Builds a graph node by node. Shapes come from TensorFlow's own shape inference. */
export class Graph {
  readonly #api: CApi;
  readonly #graph: Pointer;
  #nodes = 0;
  readonly #short = new Map<string, GraphOutput>();
  /** How many nodes of each op there are. */
  readonly histogram: Record<string, number> = {};

  constructor(api: CApi) {
    this.#api = api;
    this.#graph = api.call.TF_NewGraph()!;
  }

  #begin(op: string, countedAs = op): Pointer {
    this.histogram[countedAs] = (this.histogram[countedAs] ?? 0) + 1;
    return this.#api.call.TF_NewOperation(
      this.#graph,
      this.#api.name(op),
      this.#api.bytes(`${op}_${this.#nodes++}\0`),
    )!;
  }

  #finish(description: Pointer, op: string): Pointer {
    const node = this.#api.call.TF_FinishOperation(description, this.#api.status);
    this.#api.check(`tracing ${op}`);
    return node!;
  }

  /** A value that is given when the function is called. */
  placeholder(shape: readonly number[], dtype: number): GraphOutput {
    const { call } = this.#api;
    const node = this.#begin("Placeholder");
    call.TF_SetAttrType(node, this.#api.name("dtype"), dtype);
    call.TF_SetAttrShape(node, this.#api.name("shape"), dimensions(shape), shape.length);
    return outputOf(this.#finish(node, "Placeholder"), 0);
  }

  /**
   * A value that is part of the function; shapes, axes and other short ones stand once,
   * however often they are made.
   */
  constant(shape: readonly number[], dtype: number, values: Values): GraphOutput {
    if (values.length > SHORT) return this.#addConstant(shape, dtype, values);
    const parts = Array.from(values as ArrayLike<number>, (value) => Object.is(value, -0) ? "-0" : value);
    const key = [dtype, shape, ...parts].join("|");
    const constant = this.#short.get(key) ?? this.#addConstant(shape, dtype, values);
    this.#short.set(key, constant);
    return constant;
  }

  #addConstant(shape: readonly number[], dtype: number, values: Values): GraphOutput {
    const { call, status } = this.#api;
    const tensor = createNativeTensor(this.#api, shape, dtype, values);
    const node = this.#begin("Const");
    call.TF_SetAttrTensor(node, this.#api.name("value"), tensor, status);
    call.TF_SetAttrType(node, this.#api.name("dtype"), dtype);
    call.TF_DeleteTensor(tensor);
    return outputOf(this.#finish(node, "Const"), 0);
  }

  /**
   * Adds one op.
   *
   * @throws {Error} when the op is given wrong arguments, or when the shape of a result does
   * not follow from its inputs
   */
  op(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: GraphOutput[],
    outputCount: number,
  ): SymbolicTensor[] {
    const { call } = this.#api;
    const node = this.#begin(name);
    const isListOp = name in LIST_OPS;
    const listLength = isListOp ? inputs.length - LIST_OPS[name] : 0;
    if (isListOp) call.TF_AddInputList(node, joined(inputs.slice(0, listLength)), listLength);
    for (const input of inputs.slice(listLength)) call.TF_AddInput(node, input);
    const writer = graphWriter(this.#api, node);
    for (const attribute of attributes) {
      if (!(isListOp && attribute.name === INFERRED)) writeAttribute(this.#api, writer, attribute);
    }
    const finished = this.#finish(node, name);
    return Array.from({ length: outputCount }, (_, i) => this.#infer(outputOf(finished, i), name));
  }

  #infer(output: GraphOutput, op: string): SymbolicTensor {
    const { call, status } = this.#api;
    const rank = call.TF_GraphGetTensorNumDims(this.#graph, output, status);
    const dims = new BigInt64Array(Math.max(rank, 0));
    if (rank > 0) call.TF_GraphGetTensorShape(this.#graph, output, dims, rank, status);
    this.#api.check(`shape of ${op}`);
    const shape = Array.from(dims, Number);
    if (rank < 0 || shape.some((dim) => dim < 0)) {
      throw new Error(
        `${op}${callingLine()}: the shape of its result depends on values, so it cannot be compiled. ` +
          "Compute the shape outside, in numbers.",
      );
    }
    return { output, shape, dtype: call.TF_OperationOutputType(output) };
  }

  /**
   * Adds a call of a fused function that the context knows. Shape inference does not look into functions, so
   * their results' shapes are given.
   */
  callFused(
    name: string,
    label: string,
    inputs: readonly GraphOutput[],
    outputs: readonly OutputType[],
  ): SymbolicTensor[] {
    const { call, status } = this.#api;
    const node = this.#begin("PartitionedCall", `fused ${label}`);
    call.TF_AddInputList(node, joined(inputs), inputs.length);
    const types = Int32Array.from(outputs, ({ dtype }) => dtype);
    call.TF_SetAttrTypeList(node, this.#api.name("Tout"), types, types.length);
    call.TF_SetAttrFuncName(node, this.#api.name("f"), this.#api.bytes(name), BigInt(name.length));
    call.TF_SetAttrBool(node, this.#api.name(XLA_MUST_COMPILE), 1);
    const finished = this.#finish(node, label);
    return outputs.map(({ shape, dtype }, i) => {
      const output = outputOf(finished, i);
      call.TF_GraphSetTensorShape(this.#graph, output, dimensions(shape), shape.length, status);
      this.#api.check(`shape of ${label}`);
      return { output, shape: [...shape], dtype };
    });
  }

  /**
   * Turns the graph into a function and adds it to an eager context under a name.
   *
   * @param fused whether XLA compiles it
   */
  addTo(
    context: Pointer,
    name: string,
    inputs: readonly GraphOutput[],
    outputs: readonly GraphOutput[],
    fused = false,
  ): void {
    const { call, status } = this.#api;
    const all = -1; // every node of the graph belongs to the function
    const definition = call.TF_GraphToFunction(
      this.#graph,
      this.#api.name(name),
      0,
      all,
      null,
      inputs.length,
      joined(inputs),
      outputs.length,
      joined(outputs),
      null,
      null,
      null,
      status,
    );
    this.#api.check(`making the function ${name}`);
    if (fused) {
      const key = this.#api.name(XLA_MUST_COMPILE);
      call.TF_FunctionSetAttrValueProto(definition, key, TRUE, BigInt(TRUE.length), status);
    }
    call.TFE_ContextAddFunction(context, definition, status);
    call.TF_DeleteFunction(definition);
    this.#api.check(`adding the function ${name}`);
  }

  delete(): void {
    this.#api.call.TF_DeleteGraph(this.#graph);
  }
}
