/** Made-up records of probes, for tests of what is computed and drawn from them. */
import { type Outcomes, wilson } from "../../../src/stats/mod.ts";
import type { FeatureSource, ProbeRecord, ProbeTask } from "../../../src/experiments/mod.ts";
import { baseline, pretraining, probe } from "../../../src/experiments/mod.ts";
import { ICONS, syntheticOutcomes, syntheticRecord } from "./records.ts";

const preset = "smoke";
const three = ICONS.slice(0, 3);

export const ofDatasets = {
  of: "datasets",
  datasets: three,
  imagesPerDataset: 64,
  validationPerDataset: 50,
} satisfies ProbeTask;
export const ofPhotographs: ProbeTask = { of: "classes", dataset: "cifar10", images: 500, validation: 500 };
export const ofConcepts: ProbeTask = {
  of: "concepts",
  datasets: ICONS,
  concepts: 50,
  drawnBy: 5,
  validationPerConcept: 2,
};

/** Sources of features by the names that the tests give them. */
export const SOURCES = {
  random: { from: "random", model: "convnext_micro", seed: 0 },
  pixels: { from: "pixels", side: 8 },
  histogram: { from: "color-histogram", bins: 8 },
  maeElsewhere: { from: "pretraining", experiment: pretraining({ datasets: ["cifar10"], preset }) },
  maeHere: { from: "pretraining", experiment: pretraining({ datasets: three, preset }) },
  endToEnd: {
    from: "end-to-end",
    model: "convnext_micro",
    recipe: baseline({ datasets: three, preset }).recipe,
    augmentation: baseline({ datasets: three, preset }).augmentation,
  },
} satisfies Record<string, FeatureSource>;

/** A network that tells so many datasets apart. */
export const classifierOf = (count: number): FeatureSource => ({
  from: "run",
  experiment: baseline({ datasets: ICONS.slice(0, count), preset }),
});

/** A record of a probe that never was: `accuracy` of `n` images. */
export function syntheticProbe(
  features: FeatureSource,
  task: ProbeTask,
  accuracy: number,
  n = 1500,
): ProbeRecord {
  const classes = task.of === "concepts"
    ? Array.from({ length: task.concepts }, (_, i) => `concept ${i}`)
    : task.of === "classes"
    ? Array.from({ length: 10 }, (_, i) => `class ${i}`)
    : task.of === "words"
    ? Object.keys(task.words)
    : task.datasets;
  return {
    hash: "0123456789abcdef",
    experiment: probe({ features, task, preset }),
    epochs: [],
    result: {
      accuracy: wilson(Math.round(accuracy * n), n),
      chance: 1 / classes.length,
      classes,
      layer: "stages.1",
      baseLearningRate: 0.1,
      candidates: [],
      seconds: 3,
      engine: "TensorFlow 2.21.0, CPU",
      finishedAt: "2026-11-24T04:00:00.000Z",
    },
    outcomes: probeOutcomes(task, n, Math.round(accuracy * n), JSON.stringify(features)),
  };
}

/** On the images of a made-up classifier where its datasets are told apart. */
export function probeOutcomes(task: ProbeTask, n: number, correct: number, luck: string): Outcomes {
  return task.of === "datasets"
    ? syntheticOutcomes(task.datasets, n / task.datasets.length, correct, luck)
    : syntheticOutcomes([task.of], n, correct, luck);
}

/** Accuracies of Table 7's rows and of the controls. */
export interface Table7Shape {
  supervised: number;
  /** The supervised network's accuracy on its training images. */
  training: number;
  maeElsewhere: number;
  maeHere: number;
  random: number;
  pixels: number;
  histogram: number;
  /** Validation images. */
  n: number;
}

/** Records like Table 7's, unless told otherwise. */
export function table7Records(shape: Partial<Table7Shape> = {}) {
  const { supervised = 0.829, training = 0.95, n = 1500, ...rest } = shape;
  const accuracies = {
    maeElsewhere: 0.762,
    maeHere: 0.784,
    random: 0.5,
    pixels: 0.45,
    histogram: 0.48,
    ...rest,
  };
  return [
    syntheticRecord({ datasets: three, accuracy: supervised, training, validationPerDataset: n / 3 }),
    ...Object.entries(accuracies).map(([name, accuracy]) =>
      syntheticProbe(SOURCES[name as keyof typeof accuracies], ofDatasets, accuracy, n)
    ),
  ];
}

/** Accuracies of Table 8's rows. */
export interface Table8Shape {
  random: number;
  /** Of the classifiers of 3, 4, 5 and 6 datasets. */
  classifiers: number[];
  mae: number;
  endToEnd: number;
  n: number;
}

/** Records like Table 8's for one task, unless told otherwise. */
export function table8Records(task: ProbeTask, shape: Partial<Table8Shape> = {}): ProbeRecord[] {
  const {
    random = 0.067,
    classifiers = [0.277, 0.342, 0.342, 0.348],
    mae = 0.68,
    endToEnd = 0.767,
    n = 2000,
  } = shape;
  return [
    syntheticProbe(SOURCES.random, task, random, n),
    ...classifiers.map((accuracy, i) => syntheticProbe(classifierOf(i + 3), task, accuracy, n)),
    syntheticProbe(SOURCES.maeElsewhere, task, mae, n),
    syntheticProbe(SOURCES.endToEnd, task, endToEnd, n),
  ];
}
