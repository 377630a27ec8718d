/**
 * Networks that another experiment, or somebody else, has trained: a probe reads their features, fine-tuning
 * starts from them.
 */
import { z } from "zod";
import { type FlatWeights, loadWeights, type Model } from "../models/mod.ts";
import { createWeights } from "../train/mod.ts";
import { ExperimentError } from "./check.ts";
import { checkAs, hashAs, type OfKind } from "./kind.ts";
import { classifierDescription, type Experiment } from "./kinds/classifier/schema.ts";
import { type Pretraining, pretrainingDescription } from "./kinds/pretraining/schema.ts";
import { sha256OfFile } from "./record/identity.ts";

/** The network of a run, which is run first where it has no record. */
export const runSource = z.strictObject({ from: z.literal("run"), experiment: z.custom<Experiment>() });

/** The encoder of a pre-training, which is run first where it has no record. */
export const pretrainingSource = z.strictObject({
  from: z.literal("pretraining"),
  experiment: z.custom<Pretraining>(),
});

/**
 * A network whose weights lie in a safetensors file with timm's names. The file's content identifies it, not
 * its path.
 */
export const fileSource = z.strictObject({ from: z.literal("file"), path: z.string().min(1) });

/** A network that has been trained already, or will be. */
export type TrainedSource =
  | z.infer<typeof runSource>
  | z.infer<typeof pretrainingSource>
  | z.infer<typeof fileSource>;

/**
 * Checks the experiment of a source, or that its file can be read.
 *
 * @param imageSize of the experiment that uses the network, px; it must be that of the network's training
 * @throws {ExperimentError} naming the field at fault
 */
export function checkSource(source: TrainedSource, imageSize: number): void {
  if (source.from === "file") return void sha256OfFile(source.path);
  if (source.from === "run") checkAs(classifierDescription, source.experiment);
  else checkAs(pretrainingDescription, source.experiment);
  const trainedAt = source.experiment.imageSize;
  if (trainedAt === imageSize) return;
  throw new ExperimentError(
    `imageSize: the experiment has ${imageSize} px, its network was trained at ${trainedAt} px; they must be equal.`,
  );
}

/** Checks that the datasets of a source's experiment are large enough. */
export function checkSourceImages(source: TrainedSource): void {
  if (source.from === "run") classifierDescription.checkImages(source.experiment);
  if (source.from === "pretraining") pretrainingDescription.checkImages(source.experiment);
}

/** The experiments that must be run before the network of a source is there. */
export function experimentsOf(source: { from: string; experiment?: OfKind }): OfKind[] {
  return source.experiment ? [source.experiment] : [];
}

/** The part of a source that has a bearing on the outcome. */
export function identityOfSource(source: TrainedSource): unknown {
  if (source.from === "run") return { run: hashAs(classifierDescription, source.experiment) };
  if (source.from === "pretraining") {
    return { pretraining: hashAs(pretrainingDescription, source.experiment) };
  }
  const { from: _, path, ...rest } = source;
  return { file: sha256OfFile(path), ...rest };
}

/** "cifar10 (MAE)", "tabler + mdi", "vit_base.safetensors". */
export function labelOfSource(source: TrainedSource): string {
  if (source.from === "run") return classifierDescription.label(source.experiment);
  if (source.from === "pretraining") return pretrainingDescription.label(source.experiment);
  return source.path.split("/").at(-1)!;
}

/**
 * Weights of a pre-training for a network that may have another classifier: tensors that the file lacks are
 * drawn. What wrappers put before all names (`_orig_mod.`, `module.`) is passed over, and said.
 *
 * @throws {ExperimentError} for a file that holds another network, naming the tensors at fault
 */
export function pretrainedWeights(path: string, model: Model, seed: number): FlatWeights {
  try {
    const onto = createWeights(model, seed);
    const { prefix, ...weights } = loadWeights(path, model, { onto, resamplePositions: true });
    if (prefix) console.warn(`${path}: its tensors' names begin with "${prefix}", which is passed over.`);
    return weights;
  } catch (cause) {
    throw new ExperimentError((cause as Error).message, { cause });
  }
}
