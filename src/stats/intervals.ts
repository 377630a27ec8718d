import { normalQuantile } from "./distributions.ts";

/** A measured share: how often something was right, with the interval that its sample size allows. */
export interface Proportion {
  /** How many were right. */
  correct: number;
  /** How many were asked. */
  n: number;
  /** `correct / n`, in [0, 1]. */
  value: number;
  /** Lower end of the interval, in [0, 1]. */
  low: number;
  /** Upper end of the interval, in [0, 1]. */
  high: number;
}

/**
 * The share `correct / n` with its Wilson score interval (Wilson 1927; recommended over the normal
 * approximation by Brown, Cai & DasGupta 2001): it stays within [0, 1] and is right for small n and for
 * shares near 0 and 1.
 *
 * @param correct Whole number in [0, n].
 * @param n Whole number, 1 or more.
 * @param confidence In (0, 1). Default 0.95.
 * @throws {RangeError} If a count is not whole or out of range.
 */
export function wilson(correct: number, n: number, confidence = 0.95): Proportion {
  checkCounts(correct, n);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence is ${confidence}; give a number between 0 and 1, for example 0.95`);
  }
  const value = correct / n;
  return { correct, n, value, ...wilsonInterval(value, n, confidence) };
}

/**
 * Ends of Wilson's interval of a share, [0, 1], of `n` cases; the share need not be that of a whole number.
 */
export function wilsonInterval(value: number, n: number, confidence: number): { low: number; high: number } {
  const z2 = normalQuantile(confidence) ** 2;
  const centre = (value + z2 / (2 * n)) / (1 + z2 / n);
  const half = Math.sqrt(z2 * (value * (1 - value) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  // At the ends the interval touches the share exactly; rounding must not pull it off.
  const low = value === 0 ? 0 : Math.max(0, centre - half);
  const high = value === 1 ? 1 : Math.min(1, centre + half);
  return { low, high };
}

/** Throws unless `correct` of `n` is a possible outcome. */
export function checkCounts(correct: number, n: number): void {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`n is ${n}; a share needs 1 case or more`);
  if (!Number.isSafeInteger(correct) || correct < 0 || correct > n) {
    throw new RangeError(`correct is ${correct} of n = ${n}; give a whole number from 0 to n`);
  }
}

/** A share, [0, 1], as a percentage: "87.1%". */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A proportion as a reader of a table wants it: `87.1% [85.3, 88.7], n = 1500`. */
export function formatProportion({ value, low, high, n }: Omit<Proportion, "correct">): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(value)}% [${percent(low)}, ${percent(high)}], n = ${n}`;
}
