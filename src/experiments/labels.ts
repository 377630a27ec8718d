/** The classes that experiments tell apart: the datasets, or something else. */
import { originLabels, parseReference, type Pool, randomLabels, type Sample } from "../data/mod.ts";

/** The fields that say what the classes are. */
interface Labelling {
  datasets: string[];
  labels?: "true" | "random" | "origin";
  /** Number of the deal of random labels. Default: 0. */
  deal?: number;
}

/** Names of the classes, by number: the datasets, or those that the datasets are parts of. */
export function classNames({ datasets, labels }: Labelling): string[] {
  return labels === "origin" ? parseReference(datasets[0]).datasets : datasets;
}

/** Labels of the training and validation images where they are not the places of their datasets. */
export function labelsOf(
  labelling: Labelling,
  pools: readonly Pool[],
  { train, validation }: Pick<Sample, "train" | "validation">,
): { train?: Int32Array[]; validation?: Int32Array[] } {
  if (labelling.labels === "random") return { train: randomLabels(train, labelling.deal ?? 0) };
  if (labelling.labels !== "origin") return {};
  const names = classNames(labelling);
  return { train: originLabels(pools, train, names), validation: originLabels(pools, validation, names) };
}
