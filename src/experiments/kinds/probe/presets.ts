/** Linear probes at each preset's scale. */
import { maeProbe, prefixTokens, sgdProbe } from "../../../probe/mod.ts";
import { type Preset, presetFromEnvironment } from "../../environment.ts";
import type { ProbeTask } from "../../task.ts";
import type { Overrides } from "../classifier/presets.ts";
import { type FeatureSource, type Probe, probedModel } from "./schema.ts";

const settingsOf = ({ baseLearningRate: _, ...recipe }: typeof maeProbe) => recipe;

/** The fields that a preset decides, and how many of a network's last blocks or stages it chooses among. */
interface Scale extends Pick<Probe, "imageSize" | "recipe" | "baseLearningRates" | "inferenceInterpolation"> {
  last: number;
}

const probes: Record<Preset, Scale> = {
  smoke: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 5, warmupEpochs: 1 },
    baseLearningRates: [0.1, 0.3],
    last: 3,
  },
  laptop: {
    imageSize: 32,
    recipe: { ...settingsOf(sgdProbe), epochs: 30, warmupEpochs: 3 },
    baseLearningRates: [0.1, 0.3, 1, 3],
    last: 3,
  },
  /** MAE's linear probe, as in Table 7: class token of the last block, one rate. */
  paper: {
    imageSize: 224,
    recipe: settingsOf(maeProbe),
    baseLearningRates: [maeProbe.baseLearningRate],
    inferenceInterpolation: "bicubic",
    last: 1,
  },
};

/**
 * The networks and photographs of Table 8 at each preset's scale. At `paper` its classifiers are ViT-Bs after
 * 250 epochs of their schedule, and the photographs are ImageNet-1K. Elsewhere they are those of notebook 01,
 * and CIFAR-10.
 */
export const ofTable8: Record<Preset, { networks: Omit<Overrides, "datasets">; photographs: string }> = {
  smoke: { networks: {}, photographs: "cifar10" },
  laptop: { networks: {}, photographs: "cifar10" },
  paper: {
    networks: { model: "vit_base_patch16_224", recipe: { stopAfter: 250 } },
    photographs: "imagenet-1k",
  },
};

/**
 * What Table 8 chooses among at `paper` for networks that tell datasets apart, and for random weights. The
 * paper says layers 8, 9 and 10; they are counted from 1 here, which it does not say.
 */
const table8Choice = { layers: ["blocks.7", "blocks.8", "blocks.9"], baseLearningRates: [0.1, 0.2, 0.3] };

/** The layers that end a stage or a block, the last so many; of a network without such, its last. */
function lastLayers(features: FeatureSource, imageSize: number, last: number): string[] {
  if (features.from === "end-to-end") return [];
  const { stages = [], layers = [] } = probedModel(features, imageSize) ?? {};
  return (stages.length > 0 ? stages : layers).slice(-last);
}

/** The fields that Table 8 has of its own. */
function choiceOf(features: FeatureSource, task: ProbeTask, imageSize: number): Partial<Probe> {
  if (task.of === "datasets" || (features.from !== "run" && features.from !== "random")) return {};
  const { layers } = probedModel(features, imageSize)!;
  return table8Choice.layers.every((layer) => layers.includes(layer)) ? table8Choice : {};
}

/** MAE reads the class token, of networks that have one. */
function maePooling(features: FeatureSource, imageSize: number, layers: string[]): Probe["pooling"] {
  const model = features.from === "end-to-end" ? undefined : probedModel(features, imageSize);
  return model && layers.every((layer) => prefixTokens(model, layer) > 0) ? "class-token" : "mean";
}

/**
 * A linear probe at a preset's scale, with whatever fields are given changed. By default it chooses among the
 * last three blocks or stages, and takes images of the size that the network was trained at. At `paper` it is
 * that of Table 7, and for other tasks than datasets that of Table 8.
 */
export function probe(
  { preset = presetFromEnvironment(), features, task, ...fields }:
    & { preset?: Preset; features: FeatureSource; task: ProbeTask }
    & Partial<Omit<Probe, "kind" | "features" | "task">>,
): Probe {
  const { last, ...scale } = probes[preset];
  const trainedAt = "experiment" in features ? features.experiment.imageSize : undefined;
  const imageSize = fields.imageSize ?? trainedAt ?? scale.imageSize;
  const layers = fields.layers ?? lastLayers(features, imageSize, last);
  return {
    kind: "probe",
    features,
    task,
    ...scale,
    layers,
    pooling: preset === "paper" ? maePooling(features, imageSize, layers) : "mean",
    ...(preset === "paper" && choiceOf(features, task, imageSize)),
    heldOut: 0.2,
    seed: 0,
    ...fields,
    imageSize,
  };
}
