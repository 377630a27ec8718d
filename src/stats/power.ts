/** The number of cases that a test needs to find an effect of a given size. */
import { binomialMass } from "./distributions.ts";

/**
 * A p-value that equals alpha is significant, and must not be lost to rounding: 0.25 ** 3 at an alpha of
 * 1/64.
 */
const TIE = 1e-12;

/** An exact one-sided binomial test and what it is to find. */
export interface PowerQuestion {
  /** Success rate of the null hypothesis, strictly between 0 and 1. */
  chance: number;
  /** How far the true rate is above it; with it the rate stays below 1. 0.02: two points. */
  effect: number;
  /** Significance level. Default 0.05. */
  alpha?: number;
}

/**
 * Exact power: the probability that {@linkcode binomialTest} of `n` cases, one-sided, finds the effect. It
 * does not rise steadily with n but in saw teeth, since the number of successes that is significant is whole.
 *
 * @param most Whole number, 0 or more.
 * @returns the power of each n from 0 to `most`
 * @throws {RangeError} For a rate outside of 0 to 1 or an alpha that is no probability.
 */
export function binomialPowers(question: PowerQuestion, most: number): Float64Array {
  checkQuestion(question);
  const { chance, effect, alpha = 0.05 } = question;
  const rates = [chance, chance + effect];
  const powers = new Float64Array(most + 1);
  let critical = 1; // the least number of successes that is significant; it never falls as n rises
  const tails = [0, 0]; // P(X >= critical) of n cases at either rate
  for (let n = 0; n < most; n++) {
    rates.forEach((rate, i) => tails[i] += rate * massOf(critical - 1, n, rate));
    while (tails[0] > alpha * (1 + TIE)) {
      rates.forEach((rate, i) => tails[i] = Math.max(0, tails[i] - massOf(critical, n + 1, rate)));
      critical++;
    }
    powers[n + 1] = tails[1];
  }
  return powers;
}

/**
 * The number of cases from which on the exact power is never below `power`.
 *
 * @param power Strictly between 0 and 1. Default 0.8.
 * @throws {RangeError} As {@linkcode binomialPowers}, and for an effect that is not above 0.
 */
export function sampleForPower(question: PowerQuestion, power = 0.8): number {
  if (!(question.effect > 0)) {
    throw new RangeError(`effect is ${question.effect}; give how far above chance, for example 0.02`);
  }
  if (!(power > 0 && power < 1)) {
    throw new RangeError(`power is ${power}; give a probability, for example 0.8`);
  }
  // At four standard errors between the rates the power is above 0.98; the square adds what a higher power
  // asks for.
  let most = Math.ceil((4 - Math.log(1 - power)) ** 2 * 0.25 / question.effect ** 2) + 100;
  for (;; most *= 2) {
    const powers = binomialPowers(question, most);
    const last = powers.findLastIndex((reached) => reached < power);
    if (last < 0.8 * most) return last + 1; // far enough below the end that no later tooth reaches down
  }
}

function massOf(k: number, n: number, rate: number): number {
  return k < 0 || k > n ? 0 : binomialMass(k, n, rate);
}

function checkQuestion({ chance, effect, alpha = 0.05 }: PowerQuestion): void {
  if (!(chance > 0 && chance < 1)) {
    throw new RangeError(`chance is ${chance}; give a number strictly between 0 and 1`);
  }
  if (!(effect >= 0 && chance + effect < 1)) {
    throw new RangeError(`effect is ${effect} above a chance of ${chance}; the rate must stay below 1`);
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw new RangeError(`alpha is ${alpha}; give a number between 0 and 1, for example 0.05`);
  }
}
