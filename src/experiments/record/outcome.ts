/** The outcome of naming datasets, for whoever names them. */
import { type Proportion, wilson } from "../../stats/mod.ts";
import { argmax, type Evaluation } from "../../train/mod.ts";

/** How well the datasets of validation images were named. */
export interface Outcome {
  /** Accuracy on all validation images with its 95% interval. */
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
  /** Accuracy (recall) on the images of each dataset, in the order of `experiment.datasets`. */
  perDataset: Proportion[];
  /** `confusion[t][p]`: number of validation images of dataset t that were called p. */
  confusion: number[][];
}

/** The outcome that a record keeps of probabilities. */
export function outcomeOf(
  { probabilities, labels, accuracy }: Pick<Evaluation, "probabilities" | "labels" | "accuracy">,
  classes: number,
): Outcome {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => confusion[label][argmax(probabilities, i * classes, classes)]++);
  const perDataset = confusion.map((row, label) => wilson(row[label], row.reduce((a, b) => a + b)));
  return { accuracy, chance: 1 / classes, perDataset, confusion };
}
