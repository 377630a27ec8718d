import type { Proportion } from "../stats/mod.ts";
import type { EpochPace, EpochSummary } from "../train/mod.ts";
import type { Experiment } from "./experiment.ts";

/** One line of `runs/<hash>/epochs.jsonl`: the state of a run at the end of an epoch. */
export type EpochLine = EpochSummary;

/** Share of these epochs' training time in which the network waited for images; undefined where it was not measured. */
export function inputWaitOf(epochs: readonly EpochPace[]): number | undefined {
  let [waited, trained] = [0, 0];
  for (const { trainSeconds, inputWait } of epochs) {
    if (trainSeconds === undefined || inputWait === undefined) continue;
    waited += inputWait * trainSeconds;
    trained += trainSeconds;
  }
  return trained > 0 ? waited / trained : undefined;
}

/** One line of `runs/<hash>/predictions.jsonl`: what the network said about one validation image. */
export interface Prediction {
  /** Key of the image within its dataset. */
  key: string;
  /** Index of the true dataset in `experiment.datasets`. */
  label: number;
  /** Softmax output, one number a dataset, in the order of `experiment.datasets`. */
  probabilities: number[];
}

/** `runs/<hash>/result.json`: the outcome of a finished run. */
export interface Result {
  /** Accuracy on all validation images with its 95% interval. */
  accuracy: Proportion;
  /**
   * Accuracy, with its 95% interval, on training images as they are, without augmentation, against the labels that were trained
   * on: all of them, or the first of each dataset in the order of sampling where they are more than 10,000.
   */
  training: Proportion;
  /** 1 / number of datasets. */
  chance: number;
  /** Accuracy (recall) on the images of each dataset, in the order of `experiment.datasets`. */
  perDataset: Proportion[];
  /** `confusion[t][p]`: number of validation images of dataset t that were called p. */
  confusion: number[][];
  /** Number of trainable parameters. */
  parameters: number;
  /** Wall time in seconds over all sessions of the run. */
  seconds: number;
  /** Share of the training time in which the network waited for images, [0, 1]; absent from old records. */
  inputWait?: number;
  /** What it ran on, for example "TensorFlow 2.21.0, CPU". */
  engine: string;
  /** ISO 8601. */
  finishedAt: string;
}

/** Everything that something finished leaves behind, read back from `runs/<hash>/`; whatever kind of experiment it was. */
export interface FinishedRecord<Experiment, Line, Result> {
  /** Identity of the experiment: the first 16 hex digits of the sha256 of its canonical JSON. */
  hash: string;
  experiment: Experiment;
  epochs: Line[];
  result: Result;
}

/** The record of a network that was trained to tell datasets apart. */
export type RunRecord = FinishedRecord<Experiment, EpochLine, Result>;
