/** Exact nearest neighbours among features, by blocks of matrix products. */
import { compile, tf } from "../tensorflow/mod.ts";
import { type Block, blocksOf, columnMoments, type Features } from "../probe/mod.ts";

/** How far apart two vectors are: the length of their difference, or 1 minus the cosine of their angle. */
export type Metric = "euclidean" | "cosine";

/** Settings of {@link nearestNeighbours}. */
interface NeighbourOptions {
  /** How many, 1 up to the number of rows. */
  k: number;
  /** Default `cosine`. A vector of zeros is at distance 1 from all. */
  metric?: Metric;
  /** Leaves out the row of the query's own number. Default: where the queries are the rows themselves. */
  omitSelf?: boolean;
}

/** The nearest rows of each query. */
interface Neighbours {
  /** Rows, the nearest first, of equals the first, [queries, k]. */
  indices: Int32Array;
  /** Their distances, [queries, k]. */
  distances: Float64Array;
  k: number;
}

/** Products in float32 choose this many more than are wanted; distances in float64 decide among them. */
const MARGIN = 16;
const QUERIES_AT_ONCE = 1024;

/**
 * The rows that are nearest to each query.
 *
 * @throws {RangeError} when there are fewer than k rows, or the columns differ
 */
export async function nearestNeighbours(
  queries: Features,
  among: Features,
  { k, metric = "cosine", omitSelf = queries === among }: NeighbourOptions,
): Promise<Neighbours> {
  checkNeighbours(queries, among, k, omitSelf);
  const candidates = Math.min(among.rows, k + MARGIN);
  const { mean } = columnMoments(among);
  const origin = tf.tensor1d(metric === "cosine" ? mean.map(() => 0) : mean);
  const native = compile((q: tf.Tensor2D, d: tf.Tensor2D) =>
    bestOf(q.sub(origin), d.sub(origin), metric, candidates)
  );
  const indices = new Int32Array(queries.rows * k), distances = new Float64Array(queries.rows * k);
  try {
    for (const block of blocksOf(queries, QUERIES_AT_ONCE)) {
      const chosen = await candidatesOf(block, among, native, candidates);
      for (let i = 0; i < block.rows; i++) {
        const query = block.begin + i;
        const vector = block.values.subarray(i * queries.columns, (i + 1) * queries.columns);
        const rows = chosen[i].filter((row) => !(omitSelf && row === query));
        const nearest = ranked(vector, rows, among, metric).slice(0, k);
        nearest.forEach(({ row, distance }, rank) => {
          indices[query * k + rank] = row;
          distances[query * k + rank] = distance;
        });
      }
    }
  } finally {
    native.dispose();
    origin.dispose();
  }
  return { indices, distances, k };
}

function checkNeighbours(queries: Features, among: Features, k: number, omitSelf: boolean): void {
  if (queries.columns !== among.columns) {
    throw new RangeError(
      `Queries of ${queries.columns} columns have no neighbours among ${among.columns} columns.`,
    );
  }
  const most = among.rows - (omitSelf ? 1 : 0);
  if (!(Number.isInteger(k) && k >= 1 && k <= most)) {
    throw new RangeError(`k is ${k}; there are ${most} rows to choose from.`);
  }
}

/**
 * The rows of `d` that are nearest to each row of `q`, with scores that grow as distances shrink, [queries,
 * count] each.
 */
function bestOf(q: tf.Tensor, d: tf.Tensor, metric: Metric, count: number) {
  const unit = (x: tf.Tensor) => x.div(tf.maximum(x.norm(2, 1, true), 1e-30));
  const scores = metric === "cosine"
    ? unit(q).matMul(unit(d), false, true)
    : q.matMul(d, false, true).mul(2).sub(d.square().sum(1)).sub(q.square().sum(1, true));
  const { values, indices } = tf.topk(scores, Math.min(count, d.shape[0]!));
  return { values, indices };
}

/** For each query of a block the rows with the highest scores over all blocks. */
async function candidatesOf(
  { rows, values }: Block,
  among: Features,
  native: (q: tf.Tensor2D, d: tf.Tensor2D) => Promise<{ values: tf.Tensor; indices: tf.Tensor }>,
  count: number,
): Promise<number[][]> {
  const q = tf.tensor2d(values, [rows, among.columns]);
  let best: { row: number; score: number }[][] = Array.from({ length: rows }, () => []);
  for (const block of blocksOf(among)) {
    const d = tf.tensor2d(block.values, [block.rows, among.columns]);
    const found = await native(q, d);
    const [scores, places] = [await found.values.data(), await found.indices.data()];
    const width = found.values.shape[1]!;
    tf.dispose([d, found]);
    best = best.map((known, i) => {
      const more = Array.from({ length: width }, (_, j) => ({
        row: block.begin + places[i * width + j],
        score: scores[i * width + j],
      }));
      return [...known, ...more].sort((a, b) => b.score - a.score).slice(0, count);
    });
  }
  q.dispose();
  return best.map((rows) => rows.map(({ row }) => row));
}

/** Rows with their distances in float64, the nearest first. */
function ranked(query: Float32Array, rows: number[], among: Features, metric: Metric) {
  const vectors = among.read(rows);
  const distance = metric === "cosine" ? cosineDistance : euclideanDistance;
  return rows.map((row, i) => ({
    row,
    distance: distance(query, vectors.subarray(i * among.columns, (i + 1) * among.columns)),
  })).sort((a, b) => a.distance - b.distance || a.row - b.row);
}

function euclideanDistance(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] - b[i]) ** 2;
  return Math.sqrt(total);
}

function cosineDistance(a: Float32Array, b: Float32Array): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    ofA += a[i] ** 2;
    ofB += b[i] ** 2;
  }
  return ofA * ofB === 0 ? 1 : Math.max(0, 1 - product / Math.sqrt(ofA * ofB));
}
