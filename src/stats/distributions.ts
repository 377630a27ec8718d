/**
 * Tail probabilities of the distributions that the tests need, to about ten significant digits. Lanczos'
 * series (g = 7, nine terms) and the series and continued fraction of the incomplete gamma function as in
 * Press et al., "Numerical Recipes" (3rd ed., 6.1 and 6.2); the normal quantile is found by bisection on the
 * tail itself, and so is Student's.
 */

const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function, for `x > 0`. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularised upper incomplete gamma function Q(a, x), in [0, 1], for `a > 0`, `x >= 0`. */
export function upperGamma(a: number, x: number): number {
  if (x === 0) return 1;
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a));
  return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-16 && n < 10_000; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** P(Z > z) for a standard normal Z. */
export function normalTail(z: number): number {
  const half = upperGamma(0.5, z * z / 2) / 2;
  return z >= 0 ? half : 1 - half;
}

/** The z with P(|Z| <= z) = `confidence`, for a standard normal Z; 1.96 for 0.95. */
export function normalQuantile(confidence: number): number {
  let [low, high] = [0, 40];
  while (high - low > 1e-14 * high) {
    const middle = (low + high) / 2;
    if (2 * normalTail(middle) > 1 - confidence) low = middle;
    else high = middle;
    if (middle === low && middle === high) break;
  }
  return (low + high) / 2;
}

/**
 * Degrees of freedom from which {@link nearlyNormal} has more digits than the incomplete beta function, whose
 * terms are differences of logarithms as large as the degrees.
 */
const MANY_DEGREES = 1e6;

/** P(T > t) for Student's T with `degrees` degrees of freedom, more than 0; infinitely many: the normal. */
export function studentTail(t: number, degrees: number): number {
  if (degrees >= MANY_DEGREES) return normalTail(nearlyNormal(t, degrees));
  const half = lowerBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t >= 0 ? half : 1 - half;
}

/** The normal deviate of a Student's T of many degrees (Abramowitz & Stegun, 26.7.8). */
function nearlyNormal(t: number, degrees: number): number {
  return t * (1 - 1 / (4 * degrees)) / Math.sqrt(1 + t * t / (2 * degrees));
}

/** The t with P(|T| <= t) = `confidence`, for Student's T with `degrees` degrees of freedom, 1 or more. */
export function studentQuantile(confidence: number, degrees: number): number {
  if (degrees === Infinity) return normalQuantile(confidence);
  let [low, high] = [0, 1];
  while (2 * studentTail(high, degrees) > 1 - confidence) high *= 2;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (2 * studentTail(middle, degrees) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function I_x(a, b), for x in [0, 1] and `a`, `b` > 0. */
function lowerBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges quickly on one side only; the other follows by symmetry.
  if (x > (a + 1) / (a + b + 2)) return 1 - lowerBeta(1 - x, b, a);
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return Math.exp(scale) * betaFraction(x, a, b) / a;
}

/** Lentz's method (Press et al., 6.4). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - (a + b) * x / (a + 1), tiny);
  let value = d;
  for (let m = 1; m < 10_000; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    value *= d * c;
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

/** P(X = k) for X binomial with `n` trials of probability `p`, 0 < p < 1. */
export function binomialMass(k: number, n: number, p: number): number {
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(choose + k * Math.log(p) + (n - k) * Math.log1p(-p));
}
