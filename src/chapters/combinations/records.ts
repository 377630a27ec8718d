/** Table 2: the combinations of datasets among a sweep's records, with the trivial learners beside them. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  ALPHA,
  type LadderRecord,
  pAboveChance,
  pAboveRungs,
  pAtChance,
  type PooledAccuracy,
  pooledAccuracy,
  type Rung,
  rungsAmong,
  runsAmong,
} from "../../paper/mod.ts";
import { type Estimate, meanAccuracy, pAbove, wilsonInterval } from "../../stats/mod.ts";

/** The outcome for one set of datasets, over all its runs. */
export interface Combination {
  /** In the order of the first run's experiment. */
  datasets: string[];
  /** The mean over its runs (several where a sweep repeats it with other seeds). */
  accuracy: PooledAccuracy;
  /** 1 / number of datasets. */
  chance: number;
  /** Hashes of the runs. */
  runs: string[];
  records: RunRecord[];
  /** Trivial learners on the same images, as far as there are any, the best first. */
  learners: Rung[];
}

/**
 * The combinations of datasets among `records`, in the order of their first run. Runs of the same datasets
 * are taken together, so pass the records of one sweep whose other fields, but for the seed, are the same.
 */
export function combinationsOf(records: readonly LadderRecord[]): Combination[] {
  const besideRuns = rungsAmong(records);
  const groups = Map.groupBy(
    runsAmong(records),
    ({ experiment }) => experiment.datasets.toSorted().join("\n"),
  );
  return [...groups.values()].map((runs) => {
    const { datasets } = runs[0].experiment;
    return {
      datasets,
      accuracy: pooledAccuracy(runs),
      chance: 1 / datasets.length,
      runs: runs.map(({ hash }) => hash),
      records: runs,
      learners: besideRuns(runs),
    };
  });
}

/**
 * Whether a combination is told apart: the network is above chance and above every trivial learner. It is
 * refuted only where the network is certainly within {@link AT_CHANCE} of chance though it was able, and
 * trivial learners were run and none is above chance: a weak learner's failure says nothing about data.
 */
export function toldApart({ records, learners, chance }: Combination): { shown: number; refuted: number } {
  const isOpen = learners.length > 0 &&
    learners.every(({ runs }) => pAbove(meanAccuracy(runs), chance) >= ALPHA);
  return {
    shown: Math.max(pAboveChance(records, chance), pAboveRungs(learners)),
    refuted: isOpen ? pAtChance(records, chance) : 1,
  };
}

/** The combinations of exactly `size` datasets. */
export function combinationsOfSize(records: readonly LadderRecord[], size: number): Combination[] {
  return combinationsOf(records).filter(({ datasets }) => datasets.length === size);
}

/** The combinations of exactly three datasets, as in Table 2. */
export function triplesOf(records: readonly LadderRecord[]): Combination[] {
  return combinationsOfSize(records, 3);
}

/**
 * The series of Table 2's second half: the largest combination among the records and its beginnings (its
 * first three datasets, its first four, …), smallest first, as far as they were run.
 */
export function growingSeries(records: readonly LadderRecord[]): Combination[] {
  const all = combinationsOf(records);
  const largest = all.reduce<string[]>(
    (found, { datasets }) => datasets.length > found.length ? datasets : found,
    [],
  );
  return all
    .filter(({ datasets }) => datasets.length >= 3 && isBeginning(datasets, largest))
    .toSorted((a, b) => a.datasets.length - b.datasets.length);
}

function isBeginning(datasets: readonly string[], whole: readonly string[]): boolean {
  const beginning = new Set(whole.slice(0, datasets.length));
  return datasets.every((dataset) => beginning.has(dataset));
}

/** "tabler + mdi". */
export const combinationName = ({ datasets }: Pick<Combination, "datasets">): string => datasets.join(" + ");

/** Number of ways to choose `size` of `count` datasets. */
export function choicesAmong(count: number, size: number): number {
  return size === 0 ? 1 : choicesAmong(count - 1, size - 1) * count / size;
}

/** A share, or a difference of shares, with its 95% interval. */
type Interval = Pick<Estimate, "value" | "low" | "high">;

/** A way to read how well datasets are told apart. */
interface Measure {
  /** "margin over chance" */
  name: string;
  /** What zero is, where it is not nothing: "chance". */
  zero?: string;
  /** Of a combination's network. */
  of(combination: Combination): Interval;
  /** What it takes off another accuracy on the same images, [0, 1]. */
  base(combination: Combination): number;
  /** Whether its interval is the accuracy's, moved; not where it is taken image by image beside a learner. */
  isMoved: boolean;
  /** Of a combination's network after an epoch; without an interval where {@link isMoved} is not. */
  after(combination: Combination, epoch: number): Interval;
}

type AtTheEnd = Omit<Measure, "after">;

function measureAfter(measure: AtTheEnd, combination: Combination, epoch: number): Interval {
  const after = lessThan(accuracyAfter(combination, epoch), measure.base(combination));
  return measure.isMoved ? after : { value: after.value, low: after.value, high: after.value };
}

const lessThan = ({ value, low, high }: Interval, by: number): Interval => ({
  value: value - by,
  low: low - by,
  high: high - by,
});

const ACCURACY: AtTheEnd = {
  name: "accuracy",
  of: ({ accuracy }) => accuracy,
  base: () => 0,
  isMoved: true,
};

const OVER_CHANCE: AtTheEnd = {
  name: "margin over chance",
  zero: "chance",
  of: ({ accuracy, chance }) => lessThan(accuracy, chance),
  base: ({ chance }) => chance,
  isMoved: true,
};

const OVER_TRIVIAL: AtTheEnd = {
  name: "above the best trivial learner",
  zero: "the best trivial learner",
  of: ({ learners: [best] }) => best.margin,
  base: ({ learners: [best] }) => best.accuracy.value,
  isMoved: false,
};

/** The measures that all these combinations have; the last wants trivial learners beside each. */
export function measuresOf(combinations: readonly Combination[]): Measure[] {
  const haveLearners = combinations.length > 0 && combinations.every(({ learners }) => learners.length > 0);
  const measures = [ACCURACY, OVER_CHANCE, ...(haveLearners ? [OVER_TRIVIAL] : [])];
  return measures.map((measure) => ({
    ...measure,
    after: (combination, epoch) => measureAfter(measure, combination, epoch),
  }));
}

/**
 * The mean accuracy over its runs after an epoch; a run that ended sooner counts as it ended. Answers to
 * single images are kept of the end alone, so the interval is Wilson's, without the luck of seeds.
 */
function accuracyAfter({ records, accuracy }: Combination, epoch: number): Interval {
  const values = records.map(({ epochs }) => epochs[Math.min(epoch, epochs.length) - 1].validation.value);
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  return { value, ...wilsonInterval(value, accuracy.n, 0.95) };
}
