/** Lets a trivial learner tell datasets apart. */
import { type Batch, sampleExperiment } from "../../../data/mod.ts";
import { nearestNeighbours } from "../../../interpret/mod.ts";
import {
  colorHistogram,
  computeFeatures,
  type Features,
  type Featurizer,
  type ImageSource,
  pixelFeatures,
  probeLogistic,
  randomFilters,
} from "../../../probe/mod.ts";
import { evaluateProbabilities, type Evaluation } from "../../../train/mod.ts";
import type { Executed, Kind } from "../../kind.ts";
import { keysIn, labelsOf, seenBy, sizesOf, viewOf } from "../../seen.ts";
import { canonicalJson } from "../../record/identity.ts";
import { outcomeOf, predictionsOf } from "../../record/outcomes.ts";
import type { Session } from "../../session.ts";
import { type Learner, type Trivial, trivialDescription, type TrivialRecord } from "./schema.ts";

/** Trivial learners. One takes about a second, so that an interrupted one begins anew. */
export const trivialKind: Kind<Trivial, TrivialRecord> = { ...trivialDescription, threads: false, execute };

/** Images that are made together. */
const BATCH = 256;

async function execute(trivial: Trivial, session: Session<TrivialRecord>): Promise<Executed<TrivialRecord>> {
  const started = performance.now();
  const { learner, datasets, seed } = trivial;
  const { training, validation } = await imagesOf(trivial, session);
  const classes = datasets.length;
  const found = await learn(learner, training, validation, { classes, seed, session });
  return {
    predictions: predictionsOf(found, [...validation.keys], classes),
    result: { ...outcomeOf(found, classes), seconds: (performance.now() - started) / 1000 },
  };
}

/** What all learners need beside images. */
interface Learning {
  classes: number;
  seed: number;
  session: Pick<Session, "options" | "label">;
}

type Found = Pick<Evaluation, "probabilities" | "labels" | "accuracy">;

async function learn(
  learner: Learner,
  training: ImageSource,
  validation: ImageSource,
  learning: Learning,
): Promise<Found> {
  const { classes, seed, session: { options: { signal, onProgress }, label } } = learning;
  const featurizer = featurizerOf(learner, seed);
  const total = training.keys.length + validation.keys.length;
  const sides: Features[] = [];
  try {
    for (const [images, before] of [[training, 0], [validation, training.keys.length]] as const) {
      const report = (done: number) => onProgress?.({ phase: "features", label, done: before + done, total });
      sides.push(await computeFeatures(featurizer, images, { signal, onProgress: report }));
    }
  } finally {
    featurizer[Symbol.dispose]?.();
  }
  const [fitted, judged] = sides;
  if (learner.name === "neighbours") return await voteOfNeighbours(fitted, judged, learner.k, classes);
  return await probeLogistic(fitted, judged, { classes, seed, l2: [learner.l2], signal });
}

function featurizerOf(learner: Learner, seed: number): Featurizer & Partial<Disposable> {
  switch (learner.name) {
    case "mean":
      return pixelFeatures(1);
    case "histogram":
      return colorHistogram(learner);
    case "random-filters":
      return randomFilters({ ...learner, seed });
    default:
      return pixelFeatures(learner.side);
  }
}

/**
 * Shares of the votes of each image's nearest training images. Of classes with equally many votes the one
 * that is nearer gets half a vote more, so that no class gains by its number.
 */
async function voteOfNeighbours(
  training: Features,
  validation: Features,
  most: number,
  classes: number,
): Promise<Found> {
  const { indices, k } = await nearestNeighbours(validation, training, { k: most, metric: "euclidean" });
  const { labels, rows } = validation;
  const probabilities = new Float32Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const nearest = Array.from(indices.subarray(i * k, (i + 1) * k), (row) => training.labels[row]);
    const votes = new Array<number>(classes).fill(0);
    for (const label of nearest) votes[label]++;
    const most = Math.max(...votes);
    votes[nearest.find((label) => votes[label] === most)!] += 0.5;
    probabilities.set(votes.map((count) => count / (k + 0.5)), i * classes);
  }
  return { probabilities, labels, ...evaluateProbabilities(probabilities, labels, classes) };
}

/** Both sides of a sample, each as it is seen. */
interface SampledImages {
  training: ImageSource;
  validation: ImageSource;
}

/** Pixels that are kept for the next learner, bytes. */
const KEPT_BYTES = 256e6;

/** The images of the latest experiment, since the learners of a ladder come one after another. */
let latest: { identity: string; images: SampledImages } | undefined;

async function imagesOf(
  trivial: Trivial,
  { pools, workers }: Session<TrivialRecord>,
): Promise<SampledImages> {
  const { imageSize } = trivial;
  const identity = canonicalJson({ folders: pools.map(({ folders }) => folders), seen: seenBy(trivial) });
  if (latest?.identity === identity) return latest.images;
  latest = undefined;
  const sample = sampleExperiment(pools, sizesOf(trivial));
  const view = { pools, ...viewOf(trivial), batchSize: BATCH };
  const sourceOf = (indices: Int32Array[], labels?: Int32Array[]) => ({
    batches: workers.validation({ ...view, indices, labels }),
    keys: keysIn(pools, indices),
  });
  const labels = labelsOf(trivial, pools, sample);
  const images = {
    training: sourceOf(sample.train, labels.train),
    validation: sourceOf(sample.validation, labels.validation),
  };
  const channels = pools.every((pool) => pool.channels === 1) ? 1 : 3;
  const count = images.training.keys.length + images.validation.keys.length;
  if (count * imageSize ** 2 * channels > KEPT_BYTES) return images;
  const kept = { training: await inMemory(images.training), validation: await inMemory(images.validation) };
  latest = { identity, images: kept };
  return kept;
}

async function inMemory({ batches, keys }: ImageSource): Promise<ImageSource> {
  const made: Batch[] = [];
  for await (const batch of batches.batches()) made.push(batch);
  return { keys, batches: { ...batches, batches: () => made } };
}
