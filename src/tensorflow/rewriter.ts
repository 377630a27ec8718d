/** Grappler, the part of TensorFlow that rewrites a function's graph before it first runs. */

/** `RewriterConfig.Toggle.OFF`, and `NO_MEM_OPT` and `ONE` of its other enums. */
const [OFF, NO_MEMORY_OPTIMIZATION, ONE] = [2, 1, 1];

/** Passes of `RewriterConfig` by field number: each takes time at the first call and gains nothing that could be measured. */
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

/** Its other fields: a bool and two enums. */
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
 * `ConfigProto { graph_options (10) { rewrite_options (10) } }` with one pass on, the remapper: it lets a matrix product or a convolution
 * add its bias, and apply what follows, while it writes its result. A function without such an attribute is not rewritten.
 */
export function rewriterConfig(): Uint8Array<ArrayBuffer> {
  const passes = Object.values(PASSES_LEFT_OUT).map((field): [number, number] => [field, OFF]);
  const options = [...passes, ...SETTINGS].flatMap(([field, value]) => varintField(field, value));
  return new Uint8Array(messageField(10, messageField(10, options)));
}
