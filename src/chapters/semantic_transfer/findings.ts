/** What Table 8's figures show, in sentences. */
import type { ProbeRecord } from "../../experiments/mod.ts";
import {
  aboveBy,
  besideChance,
  formatAccuracy,
  inSentences,
  orderInWords,
  probePoints,
} from "../../paper/mod.ts";

/**
 * Where the best dataset classifier is beside chance, in multiples of it too, and beside random weights.
 *
 * @param records Probes of one task.
 */
export function semanticFinding(records: readonly ProbeRecord[]): string {
  const points = probePoints(records);
  const classifiers = points.filter(({ kind }) => kind === "dataset classifier");
  if (classifiers.length === 0) return inSentences("no dataset classifier was probed");
  const best = classifiers.reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  const random = points.find(({ kind }) => kind === "random weights");
  const times = (best.accuracy.value / best.chance).toFixed(1);
  return inSentences(
    `the best dataset classifier, of ${best.datasets} datasets, is at ${formatAccuracy(best.accuracy)}, ` +
      `${besideChance(best.accuracy, best.chance)} (${times} times that)`,
    random &&
      orderInWords("it", aboveBy(best, random), `random weights, at ${formatAccuracy(random.accuracy)}`),
  );
}
