/**
 * Limited-memory BFGS (Nocedal 1980; Nocedal & Wright 2006, algorithm 7.5) for smooth functions of many
 * numbers.
 */

/** A function's value and gradient at a place. */
interface Evaluated {
  value: number;
  gradient: Float64Array;
}

/** A function to be minimised. */
export type Objective = (x: Float64Array) => Promise<Evaluated>;

/** When to stop, and how much to remember. */
export interface LbfgsOptions {
  /** It has converged when no part of the gradient is larger. Default 1e-4, scikit-learn's. */
  tolerance?: number;
  /** Default 500. */
  maxIterations?: number;
  /** Pairs of steps that the curvature is guessed from. Default 10. */
  memory?: number;
  signal?: AbortSignal;
}

/** The end of a minimisation. */
export interface Minimum extends Evaluated {
  x: Float64Array;
  iterations: number;
  /** False when it stopped for another reason than the tolerance. */
  converged: boolean;
}

/** A step and by how much it changed the gradient. */
interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change) */
  rho: number;
}

/**
 * Finds a minimum from a starting place.
 *
 * The value may carry noise of float32's size: a step is taken for a descent when it ascends by no more than
 * that.
 *
 * @throws the signal's reason when it is aborted between two iterations
 */
export async function lbfgs(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-4, maxIterations = 500, memory = 10, signal }: LbfgsOptions = {},
): Promise<Minimum> {
  let at: Minimum = { x: start, ...await objective(start), iterations: 0, converged: false };
  const pairs: Pair[] = [];
  while (true) {
    if (largest(at.gradient) <= tolerance) return { ...at, converged: true };
    if (at.iterations >= maxIterations) return at;
    signal?.throwIfAborted();
    const direction = descent(at.gradient, pairs);
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(at.gradient, at.gradient)));
    const next = await lineSearch(objective, at, direction, first);
    if (!next) return at;
    const step = sum(next.x, at.x, -1);
    const change = sum(next.gradient, at.gradient, -1);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) pairs.push({ step, change, rho: 1 / curvature });
    if (pairs.length > memory) pairs.shift();
    at = { ...next, iterations: at.iterations + 1, converged: false };
  }
}

/** Minus the gradient times the inverse Hessian as the pairs suggest it: the two-loop recursion. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  let q: Float64Array = gradient.map((g) => -g);
  const weights: number[] = [];
  for (const { step, change, rho } of pairs.toReversed()) {
    const weight = rho * dot(step, q);
    q = sum(q, change, -weight);
    weights.unshift(weight);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    q = q.map((value) => value * scale);
  }
  pairs.forEach(({ step, change, rho }, i) => q = sum(q, step, weights[i] - rho * dot(change, q)));
  return q;
}

/** Armijo's and Wolfe's constants, and the relative noise of a value. */
const DECREASE = 1e-4, CURVATURE = 0.9, NOISE = 1e-7;
const MOST_TRIALS = 30;

/** A step length that fulfils Wolfe's conditions, by bisection; `undefined` where none is found. */
async function lineSearch(objective: Objective, from: Minimum, direction: Float64Array, first: number) {
  const slope = dot(from.gradient, direction);
  let [low, high, length] = [0, Infinity, first];
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const x = sum(from.x, direction, length);
    const there = await objective(x);
    const allowed = from.value + DECREASE * length * slope + NOISE * Math.abs(from.value);
    // A value that is not a number is as bad as one that is too high.
    if (!(there.value <= allowed)) high = length;
    else if (dot(there.gradient, direction) < CURVATURE * slope) low = length;
    else return { x, ...there };
    length = high < Infinity ? (low + high) / 2 : 2 * length;
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** `a + factor * b` */
function sum(a: Float64Array, b: Float64Array, factor: number): Float64Array {
  return a.map((value, i) => value + factor * b[i]);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
