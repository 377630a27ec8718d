/** The ladder of trivial learners beside a network: is it above the best of them? */
import { imagesKey, learnerName, type RunRecord, type TrivialRecord } from "../experiments/mod.ts";
import { type Estimate, pAbove, pBelow, type Repetitions } from "../stats/mod.ts";
import { allHold, type Evidence } from "./claims.ts";
import { differenceOf, type PooledAccuracy, pooledAccuracy, repetitionsOf } from "./runs.ts";

/** The records of a sweep and of the trivial learners beside it, in any order. */
export type LadderRecord = RunRecord | TrivialRecord;

/** The classifiers among the records. */
export function runsAmong(records: readonly LadderRecord[]): RunRecord[] {
  return records.filter((record): record is RunRecord => record.experiment.kind === "classifier");
}

function trivialsAmong(records: readonly LadderRecord[]): TrivialRecord[] {
  return records.filter((record): record is TrivialRecord => record.experiment.kind === "trivial");
}

/** A trivial learner beside a network. */
export interface Rung {
  /** "15 nearest neighbours". */
  learner: string;
  /** Over its seeds. */
  accuracy: PooledAccuracy;
  /** One a seed. */
  runs: Repetitions;
  /** The network's accuracy less its, image by image and seed by seed. */
  margin: Estimate;
}

/**
 * Finds, for the runs of one network (one a seed), the trivial learners among the records that were run on
 * its images, the best first. The records are sorted by their images once, for many networks.
 */
export function rungsAmong(records: readonly LadderRecord[]): (runs: readonly RunRecord[]) => Rung[] {
  const byImages = Map.groupBy(trivialsAmong(records), ({ experiment }) => imagesKey(experiment));
  return (runs) => {
    const keys = new Set(runs.map(({ experiment }) => imagesKey(experiment)));
    const beside = [...keys].flatMap((key) => byImages.get(key) ?? []);
    const rungs = [...Map.groupBy(beside, ({ experiment }) => learnerName(experiment.learner))].map(
      ([learner, repeated]): Rung => ({
        learner,
        accuracy: pooledAccuracy(repeated),
        runs: repetitionsOf(repeated),
        margin: differenceOf(runs, repeated),
      }),
    );
    return rungs.toSorted((a, b) => b.accuracy.value - a.accuracy.value);
  };
}

/**
 * The p-value that a network is above every trivial learner: the largest of the p-values that it is above one
 * (an intersection-union test, paired by image); 0 where there is none.
 */
export function pAboveRungs(rungs: readonly Rung[]): number {
  return Math.max(0, ...rungs.map(({ margin }) => pAbove(margin)));
}

/** How strongly a network is above each of one or more trivial learners; refuted where any is above it. */
export function aboveRungs(rungs: readonly Rung[]): Pick<Evidence, "shown" | "refuted"> {
  return allHold(rungs.map(({ margin }) => ({ shown: pAbove(margin), refuted: pBelow(margin) })));
}

/** The recall of the dataset that is named least often where it is right. */
export interface LeastRecall {
  dataset: string;
  recall: PooledAccuracy;
}

/** The least recall of any dataset, over the seeds of one network. */
export function leastRecall(runs: readonly RunRecord[]): LeastRecall {
  const { datasets } = runs[0].experiment;
  const recalls = datasets.map((dataset): LeastRecall => ({
    dataset,
    recall: pooledAccuracy(runs.map((run) => ofDataset(run, run.experiment.datasets.indexOf(dataset)))),
  }));
  return recalls.reduce((least, other) => other.recall.value < least.recall.value ? other : least);
}

/** A run as if it had been judged on the images of one dataset. Outcomes are in the order of the datasets. */
function ofDataset(run: RunRecord, dataset: number) {
  const { experiment, outcomes: { images, right }, result: { perDataset } } = run;
  const begin = perDataset.slice(0, dataset).reduce((sum, { n }) => sum + n, 0);
  const end = begin + perDataset[dataset].n;
  const outcomes = { images: images.slice(begin, end), right: right.slice(begin, end) };
  return { experiment, outcomes, result: { accuracy: perDataset[dataset] } };
}
