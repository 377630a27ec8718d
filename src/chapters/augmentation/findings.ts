/** What Table 4's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  besideChance,
  changeInWords,
  differenceOf,
  formatAccuracy,
  inSentences,
  seriesByName,
  type SeriesPoint,
  table4,
  underFitted,
} from "../../paper/mod.ts";
import { augmentationName } from "../../train/mod.ts";

/**
 * What all augmentation changes with the fewest and with the most training images, and whether networks were
 * able.
 */
export function augmentationFinding(records: readonly RunRecord[]): string {
  const rows = seriesByName(table4, records, augmentationName);
  const [none, all] = [rows[0].series, rows[rows.length - 1].series];
  const pairs = none.flatMap((without): [SeriesPoint, SeriesPoint][] => {
    const augmented = all.find(({ x }) => x === without.x);
    return augmented ? [[without, augmented]] : [];
  });
  if (pairs.length === 0) return inSentences("no size was run without augmentation and with all of it");
  const ends = pairs.length === 1 ? pairs : [pairs[0], pairs[pairs.length - 1]];
  return inSentences(
    ...ends.flatMap(([without, augmented]) => [
      `accuracy ${
        changeInWords(
          differenceOf(augmented.runs, without.runs),
          `with all augmentation, at ${without.x} images a dataset`,
        )
      }`,
      `it is then ${formatAccuracy(augmented.accuracy)}, ${
        besideChance(augmented.accuracy, augmented.chance)
      }`,
    ]),
    ...ends[ends.length - 1].map((point, i) => {
      const weak = underFitted(point.runs);
      return weak && `${i === 0 ? "without augmentation" : "with all augmentation"} ${weak.reason}`;
    }),
  );
}
