/**
 * What a figure shows, in one to three sentences that are made from its records: numbers with their
 * intervals, and words that the intervals choose. Verdicts on claims, with p-values corrected for all of
 * them, stand below.
 */
import { type Estimate, formatPercent, type Proportion } from "../stats/mod.ts";
import { formatDifference } from "./claims.ts";
import type { PooledAccuracy } from "./runs.ts";

/**
 * Sentences in one text: each begins with a capital and ends with a stop; those that are `undefined` are left
 * out.
 */
export function inSentences(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((sentence) => sentence !== undefined)
    .map((sentence) => `${sentence[0].toUpperCase()}${sentence.slice(1)}.`).join(" ");
}

/** "above chance, 33.3%", "below …", or "not clear of …": where the whole 95% interval lies. */
export function besideChance({ low, high }: Pick<Proportion, "low" | "high">, chance: number): string {
  const place = low > chance ? "above" : high < chance ? "below" : "not clear of";
  return `${place} chance, ${formatPercent(chance)}`;
}

/** What has an accuracy and a chance, [0, 1]. */
interface BesideChance {
  accuracy: Pick<PooledAccuracy, "low" | "high">;
  chance: number;
}

/** "the intervals of 18 of 20 combinations lie above chance, 33.3%": of 95%, each by itself. */
export function countAboveChance(what: string, all: readonly BesideChance[]): string {
  const above = all.filter(({ accuracy, chance }) => accuracy.low > chance).length;
  const chances = [...new Set(all.map(({ chance }) => formatPercent(chance)))];
  return `the intervals of ${above} of ${all.length} ${what} lie above chance, ${chances.join(" or ")}`;
}

type Difference = Pick<Estimate, "value" | "low" | "high">;

/** A difference turned round. */
const turned = ({ value, low, high }: Difference): Difference => ({ value: -value, low: -high, high: -low });

/**
 * A change with its 95% interval: "rises by 8.1 points [5.2, 11.0] from 3 to 6 datasets", "falls by …", or
 * "does not clearly change from 3 to 6 datasets: 0.1 points [-1.2, 1.4]".
 *
 * @param over What it goes along with: "from 3 to 6 datasets".
 */
export function changeInWords(change: Difference, over: string): string {
  if (change.low > 0) return `rises by ${formatDifference(change)} ${over}`;
  if (change.high < 0) return `falls by ${formatDifference(turned(change))} ${over}`;
  return `does not clearly change ${over}: ${formatDifference(change)}`;
}

/**
 * One thing beside another by their paired difference: "is 8.1 points [5.2, 11.0] above", "… below", or "is
 * not clear of" with the difference in brackets.
 */
export function orderInWords(first: string, difference: Difference, second: string): string {
  if (difference.low > 0) return `${first} is ${formatDifference(difference)} above ${second}`;
  if (difference.high < 0) return `${first} is ${formatDifference(turned(difference))} below ${second}`;
  return `${first} is not clear of ${second}: the difference is ${formatDifference(difference)}`;
}
