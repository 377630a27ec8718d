/** What Table 3's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  countAboveChance,
  differenceOf,
  formatAccuracy,
  inSentences,
  orderInWords,
} from "../../paper/mod.ts";
import { architecturesOf } from "./claims.ts";

/**
 * How many architectures are above chance, by their 95% intervals, and whether the best is clear of the
 * least.
 */
export function architecturesFinding(records: readonly RunRecord[]): string {
  const all = architecturesOf(records).toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  if (all.length === 0) return inSentences("no architecture of Table 3 was run");
  const [least, best] = [all[0], all[all.length - 1]];
  const named = ({ name, accuracy }: typeof best) => `${name} at ${formatAccuracy(accuracy)}`;
  return inSentences(
    countAboveChance("architectures", all),
    all.length > 1
      ? orderInWords(
        `the best, ${named(best)},`,
        differenceOf(best.runs, least.runs),
        `the least, ${named(least)}`,
      )
      : `${best.name} is at ${formatAccuracy(best.accuracy)}`,
  );
}
