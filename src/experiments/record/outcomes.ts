/** Predictions of a record, how well they name the datasets, and what was right. */
import { parseReference } from "../../data/mod.ts";
import { type Outcomes, type Proportion, wilson } from "../../stats/mod.ts";
import { argmax, type Evaluation } from "../../train/mod.ts";

/** One line of `runs/<hash>/predictions.jsonl`: the prediction for one validation image. */
export interface Prediction {
  /** Key of the image within its dataset. */
  key: string;
  /** Index of the true class: of the dataset in `experiment.datasets`, where datasets are told apart. */
  label: number;
  /** Softmax output, one number a class, in the order of the labels. */
  probabilities: number[];
}

/** Digits of a probability that a record keeps. */
const PROBABILITY_DIGITS = 4;

/** The lines of `predictions.jsonl`. */
export function predictionsOf(
  { probabilities, labels }: Pick<Evaluation, "probabilities" | "labels">,
  keys: string[],
  classes: number,
): Prediction[] {
  return keys.map((key, i) => ({
    key,
    label: labels[i],
    probabilities: Array.from(
      probabilities.subarray(i * classes, (i + 1) * classes),
      (p) => Number(p.toFixed(PROBABILITY_DIGITS)),
    ),
  }));
}

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

/**
 * What a run got right, image by image. An image has one name, `dataset/key`, in every run of any kind that
 * shows it: the dataset is that of its label where datasets are told apart, and stands in the key elsewhere.
 * Parts (`cifar10#1/3`) and splits share the images of their dataset, and its name. Where a name repeats
 * within a run, an ordinal is added. Probabilities that are equal to the record's digits count for the first
 * class.
 *
 * @param experiment of any kind
 */
export function outcomesOf(experiment: unknown, predictions: readonly Prediction[]): Outcomes {
  const { datasets } = experiment as { datasets?: readonly string[] };
  const prefixes = datasets?.map((name) => {
    const own = parseReference(name).datasets;
    return own.length === 1 ? `${own[0]}/` : ""; // of several together the key begins with the image's own
  });
  const seen = new Map<string, number>();
  const images = predictions.map(({ key, label }) => {
    const name = prefixes ? prefixes[label] + key : key;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
  const right = predictions.map(({ label, probabilities }) =>
    argmax(probabilities, 0, probabilities.length) === label
  );
  return { images, right };
}
