import { attribute, type Precision, precisionOf, rawOp, tf, toPrecision } from "../tensorflow/mod.ts";
import { withGradients } from "./gradient.ts";

/** A part of a flat vector: consecutive values in a shape. */
export interface Part {
  shape: number[];
  precision: Precision;
}

/**
 * The parts of a flat vector, one behind the other.
 *
 * @param flat float32, as long as all parts together. Its gradient is float32 and joins the gradients by the parts
 */
export function partsOf(flat: tf.Tensor1D, parts: readonly Part[]): tf.Tensor[] {
  return withGradients(
    flat,
    () => {
      const pieces = tf.split(flat, parts.map(({ shape }) => tf.util.sizeFromShape(shape)));
      return pieces.map((piece, i) => toPrecision(piece.reshape(parts[i].shape), parts[i].precision));
    },
    join,
  );
}

function join(gradients: tf.Tensor[]): tf.Tensor1D {
  const rows = gradients.map((gradient) => gradient.reshape([-1]) as tf.Tensor1D);
  return rows.every((row) => precisionOf(row) === "float32") ? tf.concat1d(rows) : joinMixed(rows);
}

/**
 * Joins in bfloat16, then puts the float32 ones, which are few and small, into their places of the result: a float32 copy of
 * each gradient would be as much memory as the network once more.
 */
function joinMixed(rows: tf.Tensor1D[]): tf.Tensor1D {
  let joined = toPrecision(tf.concat1d(rows.map((row) => toPrecision(row, "bfloat16"))), "float32");
  let start = 0;
  for (const row of rows) {
    const end = start + row.size;
    if (precisionOf(row) === "float32") joined = put(joined, row, start, end);
    start = end;
  }
  return joined;
}

/** `into` with other values from `start` to `end`; TensorFlow writes them into the same memory where nobody else reads it. */
function put(into: tf.Tensor1D, values: tf.Tensor1D, start: number, end: number): tf.Tensor1D {
  const bounds = [start, end, 1].map((bound) => tf.tensor1d([bound], "int32"));
  return rawOp("TensorStridedSliceUpdate", [into, ...bounds, values], UPDATE)[0] as tf.Tensor1D;
}

const UPDATE = [
  attribute.type("T", "float32"),
  attribute.type("Index", "int32"),
  ...["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"].map((name) =>
    attribute.int(name, 0)
  ),
];
