/** A trivial learner: how far one gets with a classifier's task without a network. */
import { z } from "zod";
import { checkDisjoint } from "../../../data/mod.ts";
import { positiveInteger } from "../../../train/mod.ts";
import { asExperimentFault, checkSplit, ExperimentError } from "../../check.ts";
import type { Description } from "../../kind.ts";
import { checkLabelling, seenBy, seenFields } from "../../seen.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import type { Outcome } from "../../record/outcomes.ts";

/** Strength of a logistic regression's penalty on standardised features; see `fitLogistic`. */
const l2 = z.number().positive();

/** Side to which images are averaged down first, px. */
const side = positiveInteger;

const learnerSchema = z.discriminatedUnion("name", [
  /** Logistic regression on the mean of all pixels: ink where images are grey, else a colour. */
  z.strictObject({ name: z.literal("mean"), l2 }),
  /** Logistic regression on a histogram of grey levels, or of colours; see `colorHistogram`. */
  z.strictObject({
    name: z.literal("histogram"),
    levels: z.int().min(2).max(256),
    bins: z.int().min(2).max(32),
    l2,
  }),
  /** The vote of the `k` nearest training images, by the Euclidean distance of their pixels. */
  z.strictObject({ name: z.literal("neighbours"), k: positiveInteger, side }),
  /** Logistic regression on the pixels. */
  z.strictObject({ name: z.literal("logistic"), side, l2 }),
  /** Logistic regression on the responses of random filters; see `randomFilters`. */
  z.strictObject({
    name: z.literal("random-filters"),
    filters: positiveInteger,
    size: positiveInteger,
    grid: positiveInteger,
    l2,
  }),
]);

const trivialSchema = z.strictObject({
  kind: z.literal("trivial"),
  learner: learnerSchema,
  /** As a classifier's: with the same ones it gets the same images. The seed also draws random filters. */
  ...seenFields,
});

/**
 * Everything that determines the outcome of a trivial learner, as a plain serialisable object. Its hash is
 * its identity.
 */
export type Trivial = z.infer<typeof trivialSchema>;
export type Learner = Trivial["learner"];

/** Everything that a finished trivial learner leaves behind. It has no epochs. */
export type TrivialRecord = FinishedRecord<Trivial, never, FinishedResult & Outcome>;

/** "mean", "histogram", "15 nearest neighbours", "logistic regression on pixels", "random filters". */
export function learnerName(learner: Learner): string {
  switch (learner.name) {
    case "neighbours":
      return `${learner.k} nearest neighbours`;
    case "logistic":
      return "logistic regression on pixels";
    case "random-filters":
      return "random filters";
    default:
      return learner.name;
  }
}

/** Trivial learners, as they are checked and hashed. */
export const trivialDescription: Description<Trivial> = {
  kind: "trivial",
  schema: trivialSchema,
  version: 1,
  namesClasses: false,
  label: ({ datasets, learner }) => `${datasets.join(" + ")} (${learnerName(learner)})`,
  datasets: ({ datasets }) => datasets,

  check({ datasets, imageSize, imagesPerDataset, labels, deal, learner }) {
    asExperimentFault(() => checkDisjoint(datasets), "datasets");
    checkLabelling({ datasets, labels, deal });
    const images = datasets.length * imagesPerDataset;
    if ("side" in learner) checkMost("side", learner.side, imageSize, "px of imageSize");
    if ("size" in learner) checkMost("size", learner.size, imageSize, "px of imageSize");
    if ("k" in learner) checkMost("k", learner.k, images, "training images");
  },

  checkImages: checkSplit,

  identity: ({ kind, learner, ...seen }) => ({ kind, learner, ...seenBy(seen) }),
};

/** @throws {ExperimentError} for a number of the learner that is above what there is */
function checkMost(field: string, value: number, most: number, what: string): void {
  if (value <= most) return;
  throw new ExperimentError(`learner.${field} is ${value}, more than the ${most} ${what}. Give fewer.`);
}
