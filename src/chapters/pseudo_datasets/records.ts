/** The records of a sweep by their datasets: pseudo-datasets or real ones. */
import { isSameSource, parseReference } from "../../data/mod.ts";
import type { RunRecord } from "../../experiments/mod.ts";
import { isAugmented } from "../../images/mod.ts";

/** The datasets of a record of notebook 08. */
type PseudoDatasetKind = "pseudo" | "pseudo, augmented" | "random labels" | "real";

/**
 * The datasets of a record: parts of one source (`cifar10#1/3` …), with or without augmentation; images whose
 * labels were dealt out at random; or real datasets as they are.
 */
export function pseudoDatasetKind({ experiment }: RunRecord): PseudoDatasetKind {
  if (experiment.labels === "random") return "random labels";
  const references = experiment.datasets.map(parseReference);
  const arePseudo = references.every((reference) => reference.part && isSameSource(reference, references[0]));
  if (!arePseudo) return "real";
  return isAugmented(experiment.augmentation) ? "pseudo, augmented" : "pseudo";
}

/** The records of one kind, the smallest sets first. */
export function runsOfKind(records: readonly RunRecord[], kind: PseudoDatasetKind): RunRecord[] {
  return records.filter((record) => pseudoDatasetKind(record) === kind)
    .toSorted((a, b) => a.experiment.imagesPerDataset - b.experiment.imagesPerDataset);
}
