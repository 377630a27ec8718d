/** Probes as rows of the paper's Tables 7 and 8. */
import {
  contrastOfRuns,
  type Estimate,
  formatPercent,
  pAbove,
  pBelow,
  type Repetitions,
} from "../stats/mod.ts";
import type {
  FeatureSource,
  FineTuning,
  FineTuningRecord,
  ProbeRecord,
  RunRecord,
} from "../experiments/mod.ts";
import { allHold, type Evidence, formatDifference, inPoints } from "./claims.ts";
import { luckInWords, luckOfSeeds, type PooledAccuracy, pooledAccuracy, repetitionsOf } from "./runs.ts";

/** A linear probe, or a whole network that it is compared with: trained from scratch, or fine-tuned. */
export type ProbedRecord = ProbeRecord | RunRecord | FineTuningRecord;

/** Kinds of features, as far as the claims tell them apart. */
export type FeatureKind =
  /** A whole network, trained on the very task. */
  | "supervised"
  /** Taken from a network that tells datasets apart. */
  /** A whole network, trained on from other weights. */
  | "fine-tuned"
  | "dataset classifier"
  | "MAE on these datasets"
  | "MAE on another source"
  | "outside checkpoint"
  | "random weights"
  | "pixels"
  | "color histogram";

/** The outcome for one kind of features, over all its seeds. */
export interface ProbePoint {
  kind: FeatureKind;
  /** For a figure: "MAE on cifar10". */
  name: string;
  /** How many datasets its network was trained on, where it was. */
  datasets?: number;
  accuracy: PooledAccuracy;
  /** What each seed got right, image by image. */
  runs: Repetitions;
  chance: number;
  /** The layer that was chosen, where features have layers. */
  layer?: string;
}

const isProbe = (record: ProbedRecord): record is ProbeRecord => record.experiment.kind === "probe";

/** Names of the datasets whose images a record's task shows. */
function taskDatasets(record: ProbeRecord): string[] {
  const { task } = record.experiment;
  return task.of === "classes" ? [task.dataset] : task.datasets;
}

function featureKind(record: ProbedRecord): FeatureKind {
  if (record.experiment.kind === "fine_tuning") return "fine-tuned";
  if (!isProbe(record)) return "supervised";
  const { features } = record.experiment;
  switch (features.from) {
    case "run":
      return "dataset classifier";
    case "pretraining": {
      const shown = taskDatasets(record);
      const isOwn = features.experiment.datasets.every((name) => shown.includes(name));
      return isOwn ? "MAE on these datasets" : "MAE on another source";
    }
    case "random":
      return "random weights";
    case "file":
      return "outside checkpoint";
    case "pixels":
      return "pixels";
    case "color-histogram":
      return "color histogram";
    case "end-to-end":
      return "supervised";
  }
}

/** Name of a record's features in a table or a figure: "MAE on cifar10". */
export function featuresName(record: ProbedRecord): string {
  if (record.experiment.kind === "fine_tuning") return fineTunedName(record.experiment);
  const kind = featureKind(record);
  if (!isProbe(record) || kind === "supervised") return "fully supervised";
  const { features } = record.experiment;
  if (kind === "MAE on another source" && features.from === "pretraining") {
    return `MAE on ${features.experiment.datasets.join(" + ")}`;
  }
  if (features.from === "run") return `classifier of ${features.experiment.datasets.length} datasets`;
  if (features.from === "file") return features.path.split("/").at(-1)!;
  return kind;
}

/** "MAE on cifar10, fine-tuned" */
function fineTunedName({ start }: FineTuning): string {
  if (start.from === "file") return `${start.path.split("/").at(-1)}, fine-tuned`;
  const { datasets } = start.experiment;
  return `${start.from === "run" ? "classifier of" : "MAE on"} ${datasets.join(" + ")}, fine-tuned`;
}

/** How many datasets a source's network was trained on. */
function datasetsOf(features: FeatureSource): number | undefined {
  return "experiment" in features ? features.experiment.datasets.length : undefined;
}

/**
 * The rows of one task's records, in the order of their first record. Repetitions with other seeds are taken
 * together.
 */
export function probePoints(records: readonly ProbedRecord[]): ProbePoint[] {
  return [...Map.groupBy(records, featuresName)].map(([name, repeated]) => {
    const [first] = repeated;
    return {
      kind: featureKind(first),
      name,
      datasets: isProbe(first) ? datasetsOf(first.experiment.features) : undefined,
      accuracy: pooledAccuracy(repeated),
      runs: repetitionsOf(repeated),
      chance: first.result.chance,
      layer: isProbe(first) ? first.result.layer : undefined,
    };
  });
}

/** "76.2% (MAE on cifar10), 50.0% (random weights)". */
export function listProbes(points: readonly ProbePoint[]): string {
  return points.map(({ name, accuracy }) => `${formatPercent(accuracy.value)} (${name})`).join(", ");
}

/** Less than this below is as good: about what the two pre-trainings of Table 7 differ by. */
const MARGIN = 0.02;

/** The part of a claim's evidence that follows from a contrast of rows. */
type Weighed = Pick<Evidence, "reason" | "shown" | "refuted">;

/** How much more often one row is right than another, on the images that both show. */
export function aboveBy(one: ProbePoint, other: ProbePoint): Estimate {
  return contrastOfRuns([one.runs, other.runs], [1, -1]);
}

/** Whether one row is at least as good as another: less than {@link MARGIN} below it. */
export function asGood(one: ProbePoint, other: ProbePoint): Weighed {
  const difference = aboveBy(one, other);
  const luck = luckBetween(one, other);
  return {
    reason: `${one.name} is ${formatDifference(difference)} above ${other.name}, on the same images ` +
      `(${seedsOf([one, other], luck)}); as good means less than ${inPoints(MARGIN)} below`,
    shown: pAbove(difference, luck - MARGIN),
    refuted: pBelow(difference, -luck - MARGIN),
  };
}

/**
 * Whether every row of one list is above every row of another, on the images that both show. It is refuted
 * where any is below.
 */
export function allAbove(upper: readonly ProbePoint[], lower: readonly ProbePoint[]): Weighed {
  const pairs = upper.flatMap((above) =>
    lower.map((below) => ({
      above,
      below,
      difference: aboveBy(above, below),
      luck: luckBetween(above, below),
    }))
  );
  const least = pairs.reduce((a, b) => b.difference.value < a.difference.value ? b : a);
  return {
    reason: `of ${pairs.length} paired differences, clustered by image, the least is ` +
      `${formatDifference(least.difference)}, of ${least.above.name} above ${least.below.name} (${
        seedsOf([...upper, ...lower], Math.max(...pairs.map(({ luck }) => luck)))
      })`,
    ...allHold(pairs.map(({ difference, luck }) => ({
      shown: pAbove(difference, luck),
      refuted: pBelow(difference, -luck),
    }))),
  };
}

/** What the luck of fewer than three seeds may make of the difference of two rows. */
const luckBetween = (one: ProbePoint, other: ProbePoint) => luckOfSeeds([one.runs, other.runs]);

/**
 * "3 seeds", "3 seeds, one seed of MAE on these datasets: up to 2.7 points may be luck and count as nothing".
 */
function seedsOf(points: readonly ProbePoint[], luck: number): string {
  const most = Math.max(...points.map(({ runs }) => runs.length));
  const inWords = (count: number) => count === 1 ? "one seed" : `${count} seeds`;
  const fewer = points.filter(({ runs }) => runs.length < most)
    .map(({ name, runs }) => `${inWords(runs.length)} of ${name}`);
  return [inWords(most), ...new Set(fewer)].join(", ") + luckInWords(luck);
}
