/** The records of a sweep by their datasets: pseudo-datasets or real ones. */
import { isSameSource, parseReference } from "../../data/mod.ts";
import type { RunRecord } from "../../experiments/mod.ts";
import { isAugmented } from "../../images/mod.ts";

/** Training accuracy above this counts as memorised, the paper's 100%. */
export const MEMORISED = 0.95;

/** The datasets of a record of notebook 08. */
export type PseudoDatasetKind = "pseudo" | "pseudo, augmented" | "random labels" | "real";

/**
 * The datasets of a record: parts of one source (`cifar10#1/3` …, `tabler+mdi#1/2` …), with or without
 * augmentation; images whose labels were dealt out at random; or real datasets, also where their images are
 * those of such parts.
 */
export function pseudoDatasetKind({ experiment }: RunRecord): PseudoDatasetKind {
  if (experiment.labels === "random") return "random labels";
  if (experiment.labels === "origin") return "real";
  const references = experiment.datasets.map(parseReference);
  const arePseudo = references.every((reference) => reference.part && isSameSource(reference, references[0]));
  if (!arePseudo) return "real";
  return isAugmented(experiment.augmentation) ? "pseudo, augmented" : "pseudo";
}

/** Where the images of a record come from, "tabler + mdi", whether its sets are parts of that or not. */
export function sourceOf({ experiment }: RunRecord): string {
  return [...new Set(experiment.datasets.flatMap((name) => parseReference(name).datasets))].join(" + ");
}

/** Runs of one kind on images of one source, the smallest sets first. */
export interface PseudoDatasetSeries {
  source: string;
  /** One or more. */
  runs: RunRecord[];
}

/** The records of one kind, by their source. */
export function seriesOfKind(records: readonly RunRecord[], kind: PseudoDatasetKind): PseudoDatasetSeries[] {
  const ofKind = records.filter((record) => pseudoDatasetKind(record) === kind);
  return [...Map.groupBy(ofKind, sourceOf)].map(([source, runs]) => ({
    source,
    runs: runs.toSorted((a, b) => a.experiment.imagesPerDataset - b.experiment.imagesPerDataset),
  }));
}
