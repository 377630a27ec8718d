/** What Figure 2's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  besideChance,
  changeInWords,
  differenceOf,
  formatAccuracy,
  inSentences,
  seriesOf,
  underFitted,
} from "../../paper/mod.ts";

/**
 * Where the smallest network is beside chance, how accuracy changes to the largest, and whether that was
 * able.
 */
export function modelSizeFinding(records: readonly RunRecord[]): string {
  const series = seriesOf(records, ({ result }) => result.parameters);
  if (series.length === 0) return inSentences("no network was run");
  const [smallest, largest] = [series[0], series[series.length - 1]];
  const size = ({ x }: typeof smallest) => x.toLocaleString("en");
  return inSentences(
    `the smallest network, of ${size(smallest)} parameters, is at ${formatAccuracy(smallest.accuracy)}, ${
      besideChance(smallest.accuracy, smallest.chance)
    }`,
    series.length > 1
      ? `accuracy ${
        changeInWords(differenceOf(largest.runs, smallest.runs), `up to ${size(largest)} parameters`)
      }`
      : undefined,
    underFitted(largest.runs)?.reason,
  );
}
