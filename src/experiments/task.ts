/** The task of a probe or a fine-tuning: which classes, on which images. */
import { z } from "zod";
import {
  type LabelledImages,
  type Pool,
  sampleClasses,
  sampleConcepts,
  sampleExperiment,
  sampleWords,
  type TrainingBatches,
  type ValidationBatches,
} from "../data/mod.ts";
import { keysOf } from "../probe/mod.ts";
import { checkNumbers, ExperimentError } from "./check.ts";
import { inferenceBatch, positiveInteger, type Recipe } from "../train/mod.ts";
import type { Experiment } from "./kinds/classifier/schema.ts";
import type { Session } from "./session.ts";
import type { Augmentation, Interpolation } from "../images/mod.ts";

/** The classes that are told apart, and the images that show them. */
export const taskSchema = z.discriminatedUnion("of", [
  /** The dataset that an image is from, on the images of a classifier with the same numbers and seed. */
  z.strictObject({
    of: z.literal("datasets"),
    datasets: z.array(z.string()).min(2, "telling datasets apart needs two or more"),
    imagesPerDataset: positiveInteger,
    validationPerDataset: positiveInteger,
  }),
  /** The semantic classes of one dataset. */
  z.strictObject({
    of: z.literal("classes"),
    dataset: z.string(),
    images: positiveInteger,
    validation: positiveInteger,
  }),
  /**
   * The concept that is drawn, among those that `drawnBy` or more of the datasets draw; see `sampleConcepts`.
   */
  z.strictObject({
    of: z.literal("concepts"),
    datasets: z.array(z.string()).min(1),
    concepts: z.int().min(2),
    drawnBy: positiveInteger,
    validationPerConcept: positiveInteger,
  }),
  /** The word that an image's name has: trained on some datasets, validated on all; see `sampleWords`. */
  z.strictObject({
    of: z.literal("words"),
    /** All are validated on. */
    datasets: z.array(z.string()).min(1),
    /** Those of them that are trained on. */
    trainedOn: z.array(z.string()).min(1),
    /** For each class the words that name it. */
    words: z.record(z.string(), z.array(z.string()).min(1)),
    mostPerWord: positiveInteger,
    validationPerWord: positiveInteger,
  }),
]);

/** The classes that are told apart, and the images that show them. */
export type ProbeTask = z.infer<typeof taskSchema>;

/** Names of the datasets whose images a task shows. */
export const datasetsOfTask = (task: ProbeTask): string[] =>
  task.of === "classes" ? [task.dataset] : task.datasets;

/**
 * Checks that the datasets of a task are large enough.
 *
 * @throws {ExperimentError} for a dataset that is trained on and not validated on; and as
 *   {@link checkNumbers}
 */
export function checkTask(task: ProbeTask): void {
  if (task.of === "datasets") {
    checkNumbers(task.datasets, task.imagesPerDataset + task.validationPerDataset);
  } else if (task.of === "classes") {
    checkNumbers([task.dataset], task.images + task.validation);
  } else checkNumbers(task.datasets, 1);
  if (task.of !== "words") return;
  const unknown = task.trainedOn.find((name) => !task.datasets.includes(name));
  if (unknown === undefined) return;
  throw new ExperimentError(
    `task.trainedOn: "${unknown}" is none of task.datasets: ${task.datasets.join(", ")}. Add it there.`,
  );
}

/** The task of a classifier on its very images, for a probe or a fine-tuning with the classifier's seed. */
export function taskOf({ datasets, imagesPerDataset, validationPerDataset }: Experiment): ProbeTask {
  return { of: "datasets", datasets, imagesPerDataset, validationPerDataset };
}

/** Images of one side of a task as the makers of batches take them. */
export interface TaskImages extends LabelledImages {
  pools: Pool[];
  /** `dataset/key` of each image, in the order of the batches. */
  keys: string[];
}

/** Both sides of a task. */
export interface TaskSplit {
  /** Names of the classes, by number. */
  names: string[];
  train: TaskImages;
  validation: TaskImages;
}

/** Chooses the images of a task. */
export function splitOf(task: ProbeTask, pools: Pool[], seed: number): TaskSplit {
  const { names, train, validation } = labelledSample(task, pools, seed);
  const withKeys = (images: LabelledImages) => ({
    ...images,
    pools,
    keys: keysOf({ pools, indices: images.indices }),
  });
  return { names, train: withKeys(train), validation: withKeys(validation) };
}

function labelledSample(task: ProbeTask, pools: Pool[], seed: number) {
  if (task.of === "classes") {
    return sampleClasses(pools[0], { train: task.images, validation: task.validation, seed });
  }
  if (task.of === "concepts") {
    const { concepts, drawnBy: datasets, validationPerConcept } = task;
    return sampleConcepts(pools, { concepts, datasets, validationPerConcept, seed });
  }
  if (task.of === "words") return sampleWords(pools, { ...task, seed });
  const { imagesPerDataset: train, validationPerDataset: validation } = task;
  const sample = sampleExperiment(pools, { train, validation, seed });
  const labelled = (indices: Int32Array[]) => ({
    indices,
    labels: indices.map((chosen, pool) => new Int32Array(chosen.length).fill(pool)),
  });
  return {
    names: task.datasets,
    train: labelled(sample.train),
    validation: labelled(sample.validation),
  };
}

/** The batches of a training on a task. */
export function batchesOf(
  { train, validation }: TaskSplit,
  { workers }: Pick<Session, "workers">,
  { imageSize, augmentation, seed, recipe, inferenceInterpolation: interpolation }: TaskTraining,
): { training: TrainingBatches; validation: ValidationBatches } {
  const source = ({ pools, indices, labels }: TaskImages) => (
    { pools, indices, labels, imageSize, batchSize: recipe.batchSize, interpolation }
  );
  return {
    training: workers.training({ ...source(train), augmentation, seed }),
    validation: workers.validation({
      ...source(validation),
      batchSize: inferenceBatch(recipe, imageSize),
    }),
  };
}

/** The fields of an experiment that say how a task's images become batches. */
interface TaskTraining {
  /** px */
  imageSize: number;
  augmentation: Augmentation;
  seed: number;
  recipe: Pick<Recipe, "batchSize" | "accumulate">;
  /** Filter of the resize of validation images. Default: bilinear. */
  inferenceInterpolation?: Interpolation;
}
