import type { Evaluation } from "../train/mod.ts";
import type { Prediction } from "./record.ts";

/** Digits of a probability that a record keeps. */
const PROBABILITY_DIGITS = 4;

/** The lines of `predictions.jsonl`. */
export function predictionsOf(
  { probabilities, labels }: Pick<Evaluation, "probabilities" | "labels">,
  keys: string[],
  classes: number,
): Prediction[] {
  return keys.map((key, i) => ({
    key,
    label: labels[i],
    probabilities: Array.from(
      probabilities.subarray(i * classes, (i + 1) * classes),
      (p) => Number(p.toFixed(PROBABILITY_DIGITS)),
    ),
  }));
}
