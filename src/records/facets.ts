/** What an experiment says of itself, read from its JSON as far as that is readable. */
import { z } from "zod";
import { learnerName, type Trivial } from "../experiments/mod.ts";

/** The features of an experiment that a list shows, whatever its kind; absent where it does not say. */
export interface Facets {
  /** Name of its kind. Experiments of versions that had no kinds have none. */
  kind?: string;
  /** References to the datasets of its task, in the order of its classes. */
  datasets: string[];
  /** Name of the network, family of one that has no name, or name of a trivial learner. */
  model?: string;
  /** Where a probe's features or a fine-tuning's first weights are from: "run", "pretraining", "pixels", … */
  startsFrom?: string;
  seed?: number;
  /** Training and validation images of each dataset. */
  imagesPerDataset?: number;
  validationPerDataset?: number;
  /** Training images of all datasets together. */
  images?: number;
  /** Side of the square that the network sees, px. */
  imageSize?: number;
  /** Epochs after which its training ends. */
  epochsWanted?: number;
}

/** A field that may be missing, or be something else in a file that was changed by hand. */
const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

const model = maybe(z.union([z.string(), z.looseObject({ family: z.string() })]));
const names = maybe(z.array(z.string()));
const number = maybe(z.int());
const recipe = maybe(z.looseObject({ epochs: z.int(), stopAfter: number }));

/** The network that a probe reads, or that a fine-tuning starts from. */
const start = maybe(z.looseObject({
  from: z.string(),
  model,
  recipe,
  experiment: maybe(z.looseObject({ model })),
}));

const task = maybe(z.looseObject({
  datasets: names,
  dataset: maybe(z.string()),
  imagesPerDataset: number,
  validationPerDataset: number,
  images: number,
}));

const experimentSchema = z.looseObject({
  kind: maybe(z.string()),
  datasets: names,
  task,
  model,
  learner: maybe(z.looseObject({ name: z.string() })),
  features: start,
  start,
  recipe,
  seed: number,
  imageSize: number,
  imagesPerDataset: number,
  validationPerDataset: number,
});

/** An experiment's JSON object. */
export type Described = z.infer<typeof experimentSchema>;

/**
 * Reads the object that an `experiment.json` holds.
 *
 * @throws {z.ZodError} for what is no object; a field of another type counts as missing
 */
export function parseDescribed(value: unknown): Described {
  return experimentSchema.parse(value);
}

/** The features of an experiment that a list shows. */
export function facetsOf(experiment: Described): Facets {
  const { kind, task, seed, imageSize } = experiment;
  const source = experiment.features ?? experiment.start;
  const datasets = experiment.datasets ?? task?.datasets ?? (task?.dataset ? [task.dataset] : []);
  const imagesPerDataset = experiment.imagesPerDataset ?? task?.imagesPerDataset;
  // Epochs of a probe are those of a fit on features; a record has none of them.
  const training = kind === "probe" ? source?.recipe : experiment.recipe;
  return {
    kind,
    datasets,
    model: modelOf(experiment),
    startsFrom: source?.from,
    seed,
    imagesPerDataset,
    validationPerDataset: experiment.validationPerDataset ?? task?.validationPerDataset,
    images: imagesPerDataset === undefined ? task?.images : imagesPerDataset * datasets.length,
    imageSize,
    epochsWanted: training && (training.stopAfter ?? training.epochs),
  };
}

function modelOf({ learner, model, features, start }: Described): string | undefined {
  if (learner) return learnerName(learner as Trivial["learner"]);
  const source = features ?? start;
  const network = model ?? source?.model ?? source?.experiment?.model;
  return typeof network === "object" ? network.family : network;
}

/** A value of a field that is no object. */
export type FieldValue = string | number | boolean;

/**
 * The fields of an experiment by their paths, `recipe.learningRate`. A list is one value, with commas; `null`
 * counts as left out, since an experiment's hash is the same either way.
 */
export function fieldsOf(experiment: object, before = ""): [name: string, value: FieldValue][] {
  return Object.entries(experiment).flatMap(([key, value]): [string, FieldValue][] => {
    const name = before + key;
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return [[name, listText(value)]];
    return typeof value === "object" ? fieldsOf(value, `${name}.`) : [[name, value]];
  });
}

function listText(values: readonly unknown[]): string {
  const isPlain = values.every((value) => typeof value !== "object");
  return isPlain ? values.join(", ") : JSON.stringify(values);
}
