/** What Figure 3's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  architectureOf,
  besideChance,
  changeInWords,
  differenceOf,
  figure3,
  formatAccuracy,
  inSentences,
  type NamedSeries,
  seriesByName,
  underFitted,
} from "../../paper/mod.ts";

/**
 * How the accuracy of each network changes from the fewest training images to the most, and where it ends.
 */
export function dataSizeFinding(records: readonly RunRecord[]): string {
  const networks = seriesByName(figure3, records, architectureOf).filter(({ series }) => series.length > 1);
  if (networks.length === 0) return inSentences("no network was run with two numbers of training images");
  const weak = networks.filter(({ series }) => underFitted(series[series.length - 1].runs));
  return inSentences(
    ...networks.flatMap(networkInWords),
    weak.length > 0
      ? `under-fitted with the most images: ${weak.map(({ name }) => name).join(", ")}`
      : undefined,
  );
}

function networkInWords({ name, series }: NamedSeries): string[] {
  const [first, last] = [series[0], series[series.length - 1]];
  const change = differenceOf(last.runs, first.runs);
  return [
    `${name} ${changeInWords(change, `from ${first.x} to ${last.x} images a dataset`)}`,
    `it ends at ${formatAccuracy(last.accuracy)}, ${besideChance(last.accuracy, last.chance)}`,
  ];
}
