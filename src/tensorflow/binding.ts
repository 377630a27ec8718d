/**
 * The native side of tfjs-node, over TensorFlow's C API: what `dist/tfjs_binding.d.ts` of
 * `@tensorflow/tfjs-node-gpu` expects of its C++ addon, without the addon. Tensors are numbered; the
 * numbers are what tfjs keeps.
 */
import { AttributeType, type AttributeWriter, type OpAttribute, writeAttribute } from "./attributes.ts";
import { CApi } from "./capi.ts";
import { type ContextOptions, Contexts } from "./context.ts";
import { Graph, type GraphOutput } from "./graph.ts";
import { setUpCompiler } from "./compiler.ts";
import { cudaBeside } from "./cuda.ts";
import type { NativeLibrary } from "./library.ts";
import { copyNativeTensor, DataType, readNativeTensor, type Values, viewAsNativeString } from "./tensor.ts";
import { type TensorMetadata, TensorTable } from "./tensor_table.ts";

/** A tensor from outside that a traced function reads. */
interface Argument {
  id: number;
  placeholder: GraphOutput;
}

/** A function that {@link TensorFlowBinding.trace} made. */
export interface NativeFunction {
  name: string;
  /** Tensors that the function takes, in this order. */
  arguments: { id: number; shape: readonly number[] }[];
  outputs: Pick<TensorMetadata, "shape" | "dtype">[];
  /** How many nodes of each op its graph has. */
  histogram: Record<string, number>;
  /** See {@link TraceOptions}. */
  towers: number;
}

/** How a function is traced. */
export interface TraceOptions {
  /** Its name; default: a new one. */
  name?: string;
  /** Tensors that it takes, in this order; it may read no others. Default: whatever it reads. */
  parameters?: readonly number[];
  /** Whether XLA compiles it into few loops. */
  fused?: boolean;
  /**
   * Number of its ops that are to share the threads among them. Default: 1, or that
   * of the function around it.
   */
  towers?: number;
}

/** No TensorFlow op that tfjs calls has more outputs, except splits, for which the array grows. */
const INITIAL_OUTPUTS = 64;

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
  readonly devices: Contexts["devices"];
  /** Whether XLA compiles what is to be fused; see `fuse` of trace.ts. */
  isFusing = true;

  readonly #api: CApi;
  readonly #contexts: Contexts;
  readonly #tensors: TensorTable;
  #functions = 0;
  #tracing: { graph: Graph; arguments: Argument[]; towers: number } | undefined;
  #outputs = new BigUint64Array(INITIAL_OUTPUTS);
  readonly #outputCount = new Int32Array(1);

  /**
   * @throws {Error} when the library cannot be opened or has no usable device
   */
  constructor(library: NativeLibrary, options: ContextOptions = {}) {
    this.#api = new CApi(library);
    setUpCompiler(this.#api.version, cudaBeside(library).compiler);
    this.#tensors = new TensorTable(this.#api);
    this.#contexts = new Contexts(this.#api, options);
    this.devices = this.#contexts.devices;
    this.TF_Version = this.#api.version;
  }

  isUsingGpuDevice(): boolean {
    return this.devices.some((device) => device.type === "GPU");
  }

  /** Number of tensors that are alive on the native side. */
  getNumOfTensors(): number {
    return this.#tensors.size;
  }

  /** How often a tensor was handed from one context to another; on a GPU there is but one. */
  get crossings(): number {
    return this.#tensors.crossings;
  }

  createTensor(shape: number[], dtype: number, values: Values): number {
    if (this.#tracing) {
      const { graph } = this.#tracing;
      const output = graph.constant(shape, dtype, values);
      return this.#tensors.register({ output, graph, op: "a constant", shape: shape.slice(), dtype }).id;
    }
    return this.#tensors.create(shape, dtype, values);
  }

  /**
   * Copies a tensor to the GPU, where there is one, now and not when it is first read: a step that is
   * computed meanwhile hides the time.
   */
  copyToGpu(id: number): void {
    const gpu = this.devices.find(({ type }) => type === "GPU");
    if (gpu) this.#tensors.copyToDevice(id, this.#contexts.of(1), gpu.name);
  }

  /**
   * A scalar string that is these bytes, not a copy: they must stay as they are until it is
   * deleted. Not while tracing.
   */
  createBytesView(bytes: Uint8Array): number {
    return this.#tensors.hold(viewAsNativeString(this.#api, bytes), [], DataType.string);
  }

  deleteTensor(id: number): void {
    this.#tensors.delete(id);
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | Uint8Array[] {
    const { shape, dtype } = this.#tensors.entry(id);
    return this.#tensors.resolved(id, (tensor) => readNativeTensor(this.#api, tensor, dtype, shape));
  }

  /** As {@linkcode tensorDataSync}, off the event loop. */
  async tensorData(id: number): Promise<Float32Array | Int32Array | Uint8Array | Uint8Array[]> {
    const { shape, dtype } = this.#tensors.entry(id);
    return await this.#tensors.resolvedAsync(
      id,
      (tensor) => readNativeTensor(this.#api, tensor, dtype, shape),
    );
  }

  /** Copies a tensor's bytes, as many as `into` has room for: nothing is left for the garbage collector. */
  copyBytes(id: number, into: Uint8Array): void {
    this.#tensors.resolved(id, (tensor) => copyNativeTensor(this.#api, tensor, into));
  }

  /** Runs one op and waits for it; while tracing, adds it to the graph instead. */
  executeOp(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputCount: number,
  ): TensorMetadata[] {
    attributes = this.#withInputType(attributes, inputs);
    if (this.#tracing) return this.#addToGraph(name, attributes, inputs, outputCount);
    const { call, status } = this.#api;
    const context = this.#contexts.of(1);
    const op = call.TFE_NewOp(context, this.#api.name(name), status);
    this.#api.check(name);
    try {
      const writer = eagerWriter(this.#api, op);
      for (const attribute of attributes) writeAttribute(this.#api, writer, attribute);
      for (const id of inputs) call.TFE_OpAddInput(op, this.#tensors.handle(id), status);
      if (this.#outputs.length < outputCount) this.#outputs = new BigUint64Array(outputCount);
      this.#outputCount[0] = outputCount;
      call.TFE_Execute(op, this.#outputs, this.#outputCount, status);
      this.#api.check(name);
    } finally {
      call.TFE_DeleteOp(op);
    }
    const count = this.#outputCount[0];
    return Array.from({ length: count }, (_, i) => this.#tensors.adopt(this.#outputs[i], context));
  }

  /**
   * Runs `body` with ops added to a graph instead of executed, and makes a function of it. Tensors that exist
   * already and are read become arguments; tensors that are made from values become constants.
   *
   * @param body returns the numbers of the tensors that the function returns
   * @throws {Error} when `body` reads a value or a tensor that it may not, or when a shape depends on values
   */
  trace(
    body: () => number[],
    {
      name = `compiled_${this.#functions++}`,
      parameters,
      fused = false,
      towers = this.tracedTowers,
    }: TraceOptions = {},
  ): NativeFunction {
    const outer = this.#tracing;
    if (outer && !fused) {
      throw new Error("A function that is being traced cannot trace another one: call it directly.");
    }
    const graph = new Graph(this.#api);
    const known = (parameters ?? []).map((id) => {
      const { shape, dtype } = this.#tensors.entry(id);
      return { id, placeholder: graph.placeholder(shape, dtype) };
    });
    this.#tracing = { graph, arguments: known, towers };
    try {
      const ids = body();
      const outputs = ids.map((id) => this.#symbol(id));
      if (parameters && known.length > parameters.length) {
        const { shape } = this.#tensors.entry(known.at(-1)!.id);
        throw new Error(`${name} reads a tensor of shape [${shape}] that is not among its inputs.`);
      }
      graph.addTo(
        this.#contexts.of(towers),
        name,
        known.map(({ placeholder }) => placeholder),
        outputs,
        fused,
      );
      return {
        name,
        arguments: known.map(({ id }) => ({ id, shape: this.#tensors.entry(id).shape })),
        outputs: ids.map((id) => {
          const { shape, dtype } = this.#tensors.entry(id);
          return { shape, dtype };
        }),
        histogram: graph.histogram,
        towers,
      };
    } finally {
      this.#tracing = outer;
      graph.delete();
    }
  }

  /** While tracing: adds a call of a fused function to the graph. */
  addFusedCall({ name, outputs }: NativeFunction, label: string, inputs: number[]): TensorMetadata[] {
    const symbols = inputs.map((id) => this.#symbol(id));
    const { graph } = this.#tracing!;
    const results = graph.callFused(name, label, symbols, outputs);
    return results.map((tensor) => this.#tensors.register({ ...tensor, graph, op: label }));
  }

  /** Whether a number stands for a tensor that is alive. */
  has(id: number): boolean {
    return this.#tensors.has(id);
  }

  /** The data type that a tensor has in native memory; see {@link DataType}. */
  dtypeOf(id: number): number {
    return this.#tensors.entry(id).dtype;
  }

  /**
   * tfjs knows no bfloat16 and takes such a tensor for float32: the type of an op's inputs,
   * attribute `T`, is what they are.
   */
  #withInputType(attributes: OpAttribute[], inputs: readonly number[]): OpAttribute[] {
    if (!inputs.some((id) => this.#tensors.entry(id).dtype === DataType.bfloat16)) return attributes;
    return attributes.map((attribute) =>
      attribute.name === "T" && attribute.value === DataType.float32
        ? { ...attribute, value: DataType.bfloat16 }
        : attribute
    );
  }

  /** Whether ops are at present added to a graph. */
  get isTracing(): boolean {
    return this.#tracing !== undefined;
  }

  /** Number of towers of the function that is being traced; 1 where none is. */
  get tracedTowers(): number {
    return this.#tracing?.towers ?? 1;
  }

  /** Runs `body` as if nothing were traced. */
  outsideTrace<T>(body: () => T): T {
    const tracing = this.#tracing;
    this.#tracing = undefined;
    try {
      return body();
    } finally {
      this.#tracing = tracing;
    }
  }

  /** Calls a traced function on a thread of its own; the arguments must stay alive until it is done. */
  async call({ name, outputs: types, towers }: NativeFunction, inputs: number[]): Promise<TensorMetadata[]> {
    const { call } = this.#api;
    const status = call.TF_NewStatus()!;
    const context = this.#contexts.of(towers);
    const op = call.TFE_NewOp(context, this.#api.name(name), status);
    try {
      this.#api.check(name, status);
      const { rewriter } = this.#contexts;
      call.TFE_OpSetAttrString(op, this.#api.name("config_proto"), rewriter, BigInt(rewriter.length));
      for (const id of inputs) {
        this.#tensors.inContext(id, context, (handle) => call.TFE_OpAddInput(op, handle, status));
      }
      const [outputs, count] = [new BigUint64Array(types.length), Int32Array.of(types.length)];
      await call.executeAsync(op, outputs, count, status);
      this.#api.check(name, status);
      return Array.from(outputs, (address) => this.#tensors.adopt(address, context));
    } finally {
      call.TFE_DeleteOp(op);
      call.TF_DeleteStatus(status);
    }
  }

  /** Forgets a traced function. */
  removeFunction({ name, towers }: NativeFunction): void {
    this.#api.call.TFE_ContextRemoveFunction(
      this.#contexts.of(towers),
      this.#api.name(name),
      this.#api.status,
    );
    this.#api.check(`removing ${name}`);
  }

  #addToGraph(
    name: string,
    attributes: OpAttribute[],
    inputs: number[],
    outputCount: number,
  ): TensorMetadata[] {
    const symbols = inputs.map((id) => this.#symbol(id));
    const { graph } = this.#tracing!;
    return graph.op(name, attributes, symbols, outputCount).map((tensor) =>
      this.#tensors.register({ ...tensor, graph, op: name })
    );
  }

  /** The node output that stands for a tensor; one from outside becomes an argument when it is first read. */
  #symbol(id: number): GraphOutput {
    const entry = this.#tensors.entry(id);
    const { graph, arguments: known } = this.#tracing!;
    if (entry.output && entry.graph === graph) return entry.output;
    const argument = known.find((argument) => argument.id === id);
    if (argument) return argument.placeholder;
    if (entry.output) {
      throw new Error(`A tensor of shape [${entry.shape}] belongs to another function's compilation.`);
    }
    const placeholder = graph.placeholder(entry.shape, entry.dtype);
    known.push({ id, placeholder });
    return placeholder;
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

/** Writes to an eager op (`TFE_Op*`). */
function eagerWriter({ call, status }: CApi, op: Deno.PointerValue): AttributeWriter {
  return {
    string: (name, value) => call.TFE_OpSetAttrString(op, name, value, BigInt(value.length)),
    int: (name, value) => call.TFE_OpSetAttrInt(op, name, value),
    intList: (name, values) => call.TFE_OpSetAttrIntList(op, name, values, values.length),
    float: (name, value) => call.TFE_OpSetAttrFloat(op, name, value),
    bool: (name, value) => call.TFE_OpSetAttrBool(op, name, value),
    type: (name, value) => call.TFE_OpSetAttrType(op, name, value),
    typeList: (name, values) => call.TFE_OpSetAttrTypeList(op, name, values, values.length),
    shape: (name, dims) => call.TFE_OpSetAttrShape(op, name, dims, dims.length, status),
  };
}
