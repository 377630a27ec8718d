/** The classes that experiments tell apart: the datasets, or something else. */
import {
  isSameSource,
  originLabels,
  parseReference,
  type Pool,
  randomLabels,
  type Sample,
} from "../data/mod.ts";
import { ExperimentError } from "./check.ts";

/** The fields that say what the classes are. */
interface Labelling {
  datasets: string[];
  labels?: "true" | "random" | "origin";
  /** Number of the deal of random labels. Default: 0. */
  deal?: number;
}

/**
 * Checks that the labels can be given: a deal is one of random labels, and origins are those of parts of one
 * union of as many datasets, each of which is then a class.
 *
 * @throws {ExperimentError} where they cannot
 */
export function checkLabelling({ datasets, labels, deal }: Labelling): void {
  if (deal !== undefined && labels !== "random") {
    throw new ExperimentError(
      `deal (${deal}) names a deal of random labels; set labels to "random", or leave deal out.`,
    );
  }
  if (labels !== "origin") return;
  const references = datasets.map(parseReference);
  const isUnion = references.every((reference) => isSameSource(reference, references[0]));
  if (isUnion && references[0].datasets.length === datasets.length) return;
  throw new ExperimentError(
    `labels: "origin" asks which of several datasets an image is of; ${
      datasets.join(", ")
    } are no parts of ` +
      "as many datasets together. Name such parts, for example tabler+mdi#1/2 and tabler+mdi#2/2.",
  );
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
