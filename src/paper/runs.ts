/** Accuracies of several runs, and the gates that runs have to pass before a claim about them is decided. */
import {
  binomialTest,
  contrastOfRuns,
  type Estimate,
  formatPercent,
  formatProportion,
  meanAccuracy,
  normalQuantile,
  type Outcomes,
  pAbove,
  pBelow,
  type Proportion,
} from "../stats/mod.ts";
import { ALPHA, type Gate, inPoints } from "./claims.ts";

/** The part of a record that the accuracies of several runs are made from. */
interface RunOutcome {
  experiment: { seed: number };
  outcomes: Outcomes;
  result: { accuracy: Proportion };
}

/** The outcomes of the runs of one method, in the order of their seeds: a group of {@link contrastOfRuns}. */
export function repetitionsOf(runs: readonly RunOutcome[]): Outcomes[] {
  return runs.toSorted((a, b) => a.experiment.seed - b.experiment.seed).map(({ outcomes }) => outcomes);
}

/** The difference in accuracy of two methods, or sizes: the first less the second. */
export function differenceOf(first: readonly RunOutcome[], second: readonly RunOutcome[]): Estimate {
  return contrastOfRuns([repetitionsOf(first), repetitionsOf(second)], [1, -1]);
}

/**
 * The p-value that the mean accuracy is above `chance`, [0, 1]: exact for one run, clustered by image for
 * several.
 */
export function pAboveChance(runs: readonly RunOutcome[], chance: number): number {
  if (runs.length === 1) return binomialTest(runs[0].result.accuracy, chance).p;
  return pAbove(meanAccuracy(repetitionsOf(runs)), chance);
}

/** An accuracy over several runs: the mean, with `n` distinct images; an image counts once. */
export interface PooledAccuracy extends Proportion {
  /** Number of runs. */
  runs: number;
  /** Standard deviation over the runs, [0, 1]; `undefined` for one run. */
  sd?: number;
}

/**
 * The mean accuracy of several runs, for example of one experiment with several seeds, with the interval of
 * {@link meanAccuracy}: clustered by image, and with the luck of seeds. For one run: its own.
 */
export function pooledAccuracy(records: readonly RunOutcome[]): PooledAccuracy {
  if (records.length === 1) return { ...records[0].result.accuracy, runs: 1 };
  const { value, low, high, n, sd } = meanAccuracy(repetitionsOf(records));
  return { correct: Math.round(value * n), value, low, high, n, runs: records.length, sd };
}

/** "87.1% [85.3, 88.7], n = 1412, 3 seeds, SD 0.6"; `n` is a number of images. */
export function formatAccuracy(
  { value, low, high, n, sd, ...count }:
    & Pick<Estimate, "value" | "low" | "high" | "n" | "sd">
    & ({ seeds: number } | { runs: number }),
): string {
  const seeds = "seeds" in count ? count.seeds : count.runs;
  const luck = seeds > 1 && sd !== undefined ? `, ${seeds} seeds, SD ${(100 * sd).toFixed(1)}` : "";
  return formatProportion({ value, low, high, n }) + luck;
}

/**
 * A method's accuracy tells it from its luck with so many seeds. Zeng et al. 2024 repeat three times, too.
 */
export const ENOUGH_SEEDS = 3;

/**
 * The gate of claims that compare methods or sizes: each side needs {@link ENOUGH_SEEDS} runs.
 *
 * @param sides the runs of each method or size
 */
export function enoughSeeds(...sides: readonly (readonly unknown[])[]): Gate | undefined {
  const least = Math.min(...sides.map(({ length }) => length));
  if (least >= ENOUGH_SEEDS) return undefined;
  const count = least === 1 ? "one seed" : `${least} seeds`;
  return {
    verdict: "not shown at this scale",
    reason: `${count}; three are needed to tell a method from its luck`,
  };
}

/** Zeng et al. 2024 find a standard deviation over seeds of 1.4 points at most. */
const SEED_DEVIATION = 0.014;

/**
 * What the luck of seeds may make of Σ weight x accuracy, [0, 1]: of 20 such sums 19 are nearer to the truth.
 * Groups with {@link ENOUGH_SEEDS} seeds add nothing, since their luck is in the interval already.
 *
 * @param groups the runs of each method, one a seed
 * @param weights one a group. Default: the difference of two.
 */
export function luckOfSeeds(
  groups: readonly (readonly unknown[])[],
  weights: readonly number[] = [1, -1],
): number {
  const parts = groups.map(({ length }, g) => length < ENOUGH_SEEDS ? weights[g] / Math.sqrt(length) : 0);
  return normalQuantile(1 - ALPHA) * SEED_DEVIATION * Math.hypot(...parts);
}

/**
 * The same for the widest of all differences among several methods, which are picked for it: the luck that
 * picks them is in the difference, on whichever images it is measured. Bonferroni's bound over all pairs.
 *
 * @param groups the runs of each method, two or more, one a seed
 */
export function luckOfPicked(groups: readonly (readonly unknown[])[]): number {
  const pairs = groups.length * (groups.length - 1) / 2;
  const fewest = Math.min(...groups.map(({ length }) => length));
  return normalQuantile(1 - ALPHA / pairs) * SEED_DEVIATION * Math.sqrt(2 / fewest);
}

/** ": up to 3.9 points may be luck and count as nothing"; nothing without luck. */
export const luckInWords = (luck: number): string =>
  luck > 0 ? `: up to ${inPoints(luck)} may be luck and count as nothing` : "";

/** Training accuracy this near to validation accuracy: nothing was learnt that does not generalise. */
const GAP = 0.02;

/** The part of a record that tells whether its network was able. */
export interface Learner extends RunOutcome {
  result: { accuracy: Proportion; training: Proportion };
}

/** Mean training accuracy less mean validation accuracy, over the seeds. */
function generalisationGap(runs: readonly Learner[]): number {
  const total = runs.reduce((sum, { result }) => sum + result.training.value - result.accuracy.value, 0);
  return total / runs.length;
}

/**
 * The gate of claims about data size, model size and augmentation: where training accuracy is within 2 points
 * of validation accuracy at the largest point, more data, a larger network or augmentation can't help, and
 * neither verdict says anything.
 *
 * @param runs the seeds of the largest point; for augmentation, without it at the most data
 */
export function underFitted(runs: readonly Learner[]): Gate | undefined {
  if (generalisationGap(runs) > GAP) return undefined;
  const mean = (field: "training" | "accuracy") =>
    formatPercent(runs.reduce((sum, { result }) => sum + result[field].value, 0) / runs.length);
  return {
    verdict: "not shown: under-fitted",
    reason: `training accuracy ${mean("training")} is within ${100 * GAP} points of validation accuracy ` +
      `${mean("accuracy")} at the largest point: the network is under-fitted`,
  };
}

/** The first gate that is closed. */
export function firstGate(...gates: readonly (Gate | undefined)[]): Gate | undefined {
  return gates.find((gate) => gate !== undefined);
}

/**
 * A p-value against a statement about data, or 1 where the networks were not able: a weak learner's failure
 * says nothing about data. Able means that training accuracy is more than 2 points above validation accuracy.
 */
export function pFromAble(runs: readonly Learner[], refuted: number): number {
  return generalisationGap(runs) > GAP ? refuted : 1;
}

/** The paper's least network, 72.4% of three, is at 0.59 of the way from chance to 100%; this is "far". */
const FAR = 0.5;

/**
 * Whether networks are far above chance: certainly more than half of the way from chance to 100%, so that
 * numbers of datasets can be compared. The contrary, certainly less than half, counts only for networks that
 * were able.
 */
export function farFromChance(
  runs: readonly Learner[],
  chance: number,
): { share: number; shown: number; refuted: number } {
  const accuracy = meanAccuracy(repetitionsOf(runs));
  const bound = chance + FAR * (1 - chance);
  return {
    share: (accuracy.value - chance) / (1 - chance),
    shown: pAbove(accuracy, bound),
    refuted: pFromAble(runs, pBelow(accuracy, bound)),
  };
}

/** What {@link farFromChance} asks for, for a reason. */
export const FAR_RULE =
  "far is more than half of the way from chance to 100% (the paper's smallest network, 72.4%, is at 0.59)";

/** A network at most so far above chance tells nothing apart. The paper's least margin is 29.5 points. */
export const AT_CHANCE = 0.05;

/**
 * The p-value against "told apart": an able network's mean accuracy is certainly within {@link AT_CHANCE} of
 * chance; 1 for networks that were not able.
 */
export function pAtChance(runs: readonly Learner[], chance: number): number {
  return pFromAble(runs, pBelow(meanAccuracy(repetitionsOf(runs)), chance + AT_CHANCE));
}
