/** What Table 7's figure shows, in sentences. */
import {
  aboveBy,
  countAboveChance,
  formatAccuracy,
  inSentences,
  orderInWords,
  type ProbedRecord,
  type ProbePoint,
  probePoints,
} from "../../paper/mod.ts";

/**
 * How many kinds of features that were learnt without labels are above chance, and the best beside its ends.
 */
export function selfSupervisedFinding(records: readonly ProbedRecord[]): string {
  const points = probePoints(records);
  const learnt = points.filter(({ kind }) => kind.startsWith("MAE"));
  if (learnt.length === 0) return inSentences("no features that were learnt without labels were probed");
  const best = learnt.reduce((a, b) => b.accuracy.value > a.accuracy.value ? b : a);
  const beside = (kind: ProbePoint["kind"], name: string) => {
    const other = points.find((point) => point.kind === kind);
    return other && orderInWords("it", aboveBy(best, other), `${name}, at ${formatAccuracy(other.accuracy)}`);
  };
  return inSentences(
    `${countAboveChance("autoencoders", learnt)}: the best, ${best.name}, is at ${
      formatAccuracy(best.accuracy)
    }`,
    beside("random weights", "random weights"),
    beside("supervised", "full supervision"),
  );
}
