/** What experiments that name datasets see of them: the images, their view, and their classes. */
import { z } from "zod";
import { corruptionSchema, interpolationSchema } from "../images/schemas.ts";
import { positiveInteger } from "../train/mod.ts";
import {
  type BatchSource,
  isSameSource,
  originLabels,
  parseReference,
  type Pool,
  randomLabels,
  type Sample,
  type SampleSizes,
} from "../data/mod.ts";
import { ExperimentError } from "./check.ts";
import { inferenceIdentity } from "./record/identity.ts";

/**
 * The fields of every experiment that names the datasets of images: which images it sees, how, and with which
 * labels. Two experiments that agree in them, whatever their kind, have the same images.
 */
export const seenFields = {
  /**
   * Two or more, in the order of the classes: names of manifests in `data_manifests/`, or some of a source's
   * images: an official split (`cifar10@test`), a part dealt out at random (`cifar10#1/3`), both
   * (`cifar10@train#1/2`), or a part of several together (`tabler+mdi#1/3`).
   */
  datasets: z.array(z.string()).min(2, "a combination needs two datasets or more"),
  /** Training images sampled from each dataset. The paper: 1,000,000. */
  imagesPerDataset: positiveInteger,
  /** Validation images sampled from each dataset. The paper: 10,000. */
  validationPerDataset: positiveInteger,
  /** Side of the square that the network sees, px. The paper: 224. */
  imageSize: positiveInteger,
  /**
   * Labels of training images. `true`, the default: their datasets. `random`: datasets dealt out at random,
   * each equally often among the images of every dataset, so that nothing can be learnt but the images
   * themselves. Validation images keep their true labels. `origin`: of parts of several datasets together
   * (`tabler+mdi#1/2`, `tabler+mdi#2/2`) not the part is told, but the dataset that an image is of, in
   * training and validation: the very images of the pseudo-datasets, told apart as real ones.
   */
  labels: z.enum(["true", "random", "origin"]).optional(),
  /**
   * Number of the deal of random labels. Default: 0. Deals of one seed share images, initial weights and
   * order, so that they differ in nothing but the labels: the spread of their outcomes is that of the deal.
   */
  deal: z.int().min(0).optional(),
  /**
   * Corruption of every image, of training and of validation, before augmentation (Table 5). Left out or
   * `null`: none.
   */
  corruption: corruptionSchema.nullish(),
  /** Filter of the resize at inference. Default: bilinear. The paper's authors: bicubic. */
  inferenceInterpolation: interpolationSchema.optional(),
  /**
   * Whether every image is first resized and centre cropped to `imageSize`: then the pixels that the network
   * sees are corrupted, and augmentation starts from them. Default: false, the stored image is corrupted,
   * and the resize after it averages part of a corruption away.
   */
  fitFirst: z.boolean().optional(),
  /** Decides sampling, and everything else that a kind draws at random. */
  seed: z.int().min(0),
};

/** These fields alone. */
const seenSchema = z.strictObject(seenFields);
export type Seen = z.infer<typeof seenSchema>;

/** These fields. Those that are off are left out, such that the hash is the same either way. */
export function seenBy(
  { datasets, imagesPerDataset, validationPerDataset, imageSize, seed, labels, deal = 0, ...view }: Seen,
): Seen {
  return {
    datasets,
    imagesPerDataset,
    validationPerDataset,
    imageSize,
    seed,
    // `deal` is always there, since before it was a field the labels were dealt in another way.
    ...(labels === "random" && { labels, deal }),
    ...(labels === "origin" && { labels }),
    ...(view.corruption && { corruption: view.corruption }),
    ...(view.fitFirst && { fitFirst: true }),
    ...inferenceIdentity(view.inferenceInterpolation),
  };
}

/** How many images are sampled from each dataset, and which. */
export function sizesOf(
  { imagesPerDataset, validationPerDataset, seed }: Pick<
    Seen,
    "imagesPerDataset" | "validationPerDataset" | "seed"
  >,
): SampleSizes {
  return { train: imagesPerDataset, validation: validationPerDataset, seed };
}

/** How a source of batches shows the images without augmentation. */
export function viewOf(
  { imageSize, corruption, fitFirst, inferenceInterpolation: interpolation }: Pick<
    Seen,
    "imageSize" | "corruption" | "fitFirst" | "inferenceInterpolation"
  >,
): Pick<BatchSource, "imageSize" | "corruption" | "fitFirst" | "interpolation"> {
  return { imageSize, corruption, fitFirst, interpolation };
}

/** Keys of sampled images within their datasets, dataset by dataset. */
export function keysIn(pools: readonly Pool[], indices: readonly Int32Array[]): string[] {
  return indices.flatMap((chosen, d) => Array.from(chosen, (index) => pools[d].images.at(index)!.key));
}

/** The fields that say what the classes are. */
type Labelling = Pick<Seen, "datasets" | "labels" | "deal">;

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
