/** What the figures that several chapters share show, in sentences. */
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { besideChance, countAboveChance, inSentences, leastRecall } from "../paper/mod.ts";
import { formatProportion, wilson } from "../stats/mod.ts";
import type { FeatureMap } from "./feature_map.ts";
import { runNames } from "./run_names.ts";

/** This share of the final margin above chance, within this share of the epochs, is "early". */
const MOST = 0.9;
const EARLY = 0.25;

/** Fewer epochs say nothing of how fast a network learns. */
const LEAST_EPOCHS = 4;

/**
 * What learning curves show: how many runs end above chance, by their 95% intervals, and how many of these
 * were nearly there after a quarter of the epochs.
 *
 * @param nameOf What a run is called; of several with one name each gets its seed. Default: by its datasets.
 */
export function learningFinding(
  records: readonly RunRecord[],
  nameOf?: (experiment: Experiment) => string,
): string {
  const begun = records.filter(({ epochs }) => epochs.length > 0);
  const names = runNames(begun, nameOf);
  const runs = begun.map((record, i) => ({
    record,
    name: names[i],
    accuracy: record.epochs[record.epochs.length - 1].validation,
    chance: record.result.chance,
  }));
  if (runs.length === 0) return inSentences("no run has an epoch yet");
  const lowest = runs.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a);
  return inSentences(
    `${countAboveChance("runs", runs)}, after the last epoch`,
    earlyInWords(runs.filter(({ accuracy, chance }) => accuracy.low > chance)),
    `the lowest, ${lowest.name}, ends at ${formatProportion(lowest.accuracy)}`,
  );
}

/** How many runs that end above chance have most of that margin early. */
function earlyInWords(
  runs: readonly { record: RunRecord; accuracy: { value: number }; chance: number }[],
): string | undefined {
  if (runs.length === 0) return undefined;
  const least = Math.min(...runs.map(({ record }) => record.epochs.length));
  if (least < LEAST_EPOCHS) {
    return `${least === 1 ? "one epoch is" : `${least} epochs are`} too few to say how fast they learn`;
  }
  const early = runs.filter(({ record: { epochs }, accuracy, chance }) => {
    const { validation } = epochs[Math.ceil(epochs.length * EARLY) - 1];
    return validation.value - chance >= MOST * (accuracy.value - chance);
  }).length;
  return `${early} of these ${runs.length} ${
    early === 1 ? "has" : "have"
  } nine tenths of the final margin above chance after a quarter of the epochs`;
}

/** What a confusion matrix shows: the dataset that is recognised least, and the most frequent confusion. */
export function confusionFinding(record: RunRecord): string {
  const { experiment: { datasets }, result: { confusion, chance } } = record;
  const { dataset, recall } = leastRecall([record]);
  const mistakes = confusion.flatMap((row, truth) => {
    const n = row.reduce((sum, count) => sum + count, 0);
    return n === 0
      ? []
      : row.flatMap((count, said) => said === truth ? [] : [{ truth, said, share: wilson(count, n) }]);
  });
  const most = mistakes.reduce((a, b) => b.share.value > a.share.value ? b : a);
  return inSentences(
    `the least recognised of ${datasets.length}, ${dataset}, is named in ${formatProportion(recall)}, ${
      besideChance(recall, chance)
    }`,
    most.share.correct === 0
      ? "no image is taken for one of another dataset"
      : `the most frequent confusion is ${datasets[most.truth]} called ${datasets[most.said]}: ${
        formatProportion(most.share)
      }`,
  );
}

/**
 * What a map of features shows: the share of points whose nearest point on the map has the same color, with
 * its 95% interval, beside that of colors dealt at random.
 */
export function featureMapFinding({ points, labels, names, areClasses }: FeatureMap): string {
  const n = labels.length;
  if (n < 2) return inSentences("one point has no neighbour");
  const counts = names.map((_, place) => Array.from(labels).filter((label) => label === place).length);
  const chance = counts.reduce((sum, count) => sum + count * (count - 1), 0) / (n * (n - 1));
  const alike = wilson(
    Array.from(labels).filter((label, i) => labels[nearestOf(points, n, i)] === label).length,
    n,
  );
  return inSentences(
    `on this map the nearest other image is of the same ${areClasses ? "class" : "dataset"} in ${
      formatProportion(alike)
    }, ${besideChance(alike, chance)}`,
  );
}

/** The row whose point is nearest to that of row `i`. */
function nearestOf(points: ArrayLike<number>, n: number, i: number): number {
  let [nearest, least] = [-1, Infinity];
  for (let j = 0; j < n; j++) {
    const distance = Math.hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]);
    if (j !== i && distance < least) [nearest, least] = [j, distance];
  }
  return nearest;
}
