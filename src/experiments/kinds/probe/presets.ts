/** Linear probes at each preset's scale. */
import { maeProbe, sgdProbe } from "../../../probe/mod.ts";
import { type Preset, presetFromEnvironment } from "../../environment.ts";
import type { ProbeTask } from "../../task.ts";
import { type FeatureSource, type Probe, probedModel } from "./schema.ts";

const settingsOf = ({ baseLearningRate: _, ...recipe }: typeof maeProbe) => recipe;

const probes: Record<Preset, Pick<Probe, "imageSize" | "recipe" | "baseLearningRates">> = {
  smoke: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 5, warmupEpochs: 1 },
    baseLearningRates: [0.1, 0.3],
  },
  laptop: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 30, warmupEpochs: 3 },
    baseLearningRates: [0.1, 0.3, 1, 3],
  },
  /** MAE's linear probe; learning rates of the paper's appendix A. */
  paper: { imageSize: 224, recipe: settingsOf(maeProbe), baseLearningRates: [0.1, 0.2, 0.3] },
};

/** The last three layers that end a stage or a block; of a network without such, its last three. */
function lastLayers(features: FeatureSource, imageSize: number): string[] {
  if (features.from === "end-to-end") return [];
  const { stages = [], layers = [] } = probedModel(features, imageSize) ?? {};
  return (stages.length > 0 ? stages : layers).slice(-3);
}

/**
 * A linear probe at a preset's scale, with whatever fields are given changed. By default of the last three
 * blocks or stages, and with images of the size that the network was trained at.
 */
export function probe(
  { preset, features, task, ...fields }:
    & { preset?: Preset; features: FeatureSource; task: ProbeTask }
    & Partial<Omit<Probe, "kind" | "features" | "task">>,
): Probe {
  const scale = probes[preset ?? presetFromEnvironment()];
  const trainedAt = "experiment" in features ? features.experiment.imageSize : undefined;
  const imageSize = fields.imageSize ?? trainedAt ?? scale.imageSize;
  return {
    kind: "probe",
    features,
    task,
    ...scale,
    layers: lastLayers(features, imageSize),
    pooling: "mean",
    heldOut: 0.2,
    seed: 0,
    ...fields,
    imageSize,
  };
}
