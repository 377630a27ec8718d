/**
 * `deno task bench search`: the search for the settings of the `laptop` preset. Every candidate is trained on
 * tasks that are reported nowhere: icons with seeds from 100 up. What it looks for is the accuracy that a
 * number of seconds buys. The presets were then frozen, and the reported seeds (0, 1 and 2) run once.
 */
import { baseline, combinations, type Experiment, type Overrides, run } from "../experiments/mod.ts";
import { bestTrivial, icons } from "./icons.ts";

/** The outcome of one candidate on one task. */
export interface SearchRow {
  /** What is looked for: the network of most notebooks, ConvNeXt's own recipe, … */
  subject: string;
  /** The fields in which the candidate differs from the `laptop` preset, as JSON. */
  candidate: string;
  task: string;
  seed: number;
  parameters: number;
  seconds: number;
  /** On training images without augmentation, and on validation images, %. */
  training: number;
  validation: number;
  n: number;
  /** The best trivial learner on the same validation images, %; of the frozen preset alone. */
  trivial?: number;
}

const SIX = icons();

/**
 * Three libraries that are easy, three that are hard, three that are harder, three between, and all six;
 * three vendors of emoji that are hard, and three that are easy.
 */
const TASKS = {
  easy: SIX.slice(0, 3),
  hard: SIX.slice(2, 5),
  hardest: [SIX[0], SIX[3], SIX[4]],
  middling: [SIX[0], SIX[4], SIX[5]],
  six: SIX,
  emoji: ["noto", "twemoji", "fxemoji"],
  "easy emoji": ["noto", "openmoji", "fluent-emoji"],
};

/** A change of the preset, the tasks that it was tried on, and their seed. */
interface Candidate extends Omit<Overrides, "datasets" | "seed" | "preset"> {
  tasks: (keyof typeof TASKS)[];
  seed?: number;
}

const still = { crop: "none", shift: 0 } as const;
const crops = (least: number): Overrides["augmentation"] => ({
  crop: "random-resized",
  scale: [least, 1],
  shift: 0,
});
const resnet = (
  dims: number[],
  stemDim: number,
  stem: "5x5" | "deep-pool" = "5x5",
): Overrides["model"] => ({
  family: "resnet",
  block: "basic",
  depths: dims.map(() => 1),
  dims,
  stemDim,
  stem,
});
const convnext = (dim: number, patch: number, depths = [1, 1, 1]): Overrides["model"] => ({
  family: "convnext",
  depths,
  dims: depths.map((_, stage) => dim * 2 ** stage),
  patch,
  layerScale: 1,
  dropPath: 0,
});
const deep: Overrides["model"] = "resnet_tiny_deep";
const vgg = (dims: number[][], more = {}): Overrides["model"] => ({
  ...{ family: "vgg", dims, batchNorm: true, pool: 4, hidden: 128, dropout: 0.5 },
  ...more,
});
const long = { epochs: 16, samplesPerEpoch: 4096, batchSize: 64, learningRate: 6e-3 };
const pooled = resnet([24, 48], 16, "deep-pool");
const short = { epochs: 12, samplesPerEpoch: 4096, batchSize: 64 };
/** The preset's, as it was when stems were looked at. */
const usual = { epochs: 12, samplesPerEpoch: 4032, batchSize: 64, learningRate: 1e-2 };

/** Two thirds of the steps, to look at more of what decides how soon hard libraries are told apart. */
const fewSteps = { ...usual, epochs: 8, batchSize: 32 };
const hardest: Candidate["tasks"] = ["hard", "hardest"];

/** Images of emoji, as notebook 01 takes them. */
const fewer = { imagesPerDataset: 700, validationPerDataset: 200 };

/** The candidates of each subject, in the order in which they were tried. */
const CANDIDATES: Record<string, readonly Candidate[]> = {
  "network and augmentation": [
    { tasks: ["easy"], model: "resnet_micro", imageSize: 32, augmentation: still, recipe: long },
    { tasks: ["easy", "hard"], model: resnet([16, 32, 64], 16), recipe: long },
    { tasks: ["hard"], model: resnet([16, 32, 64], 16), augmentation: still, recipe: long },
    { tasks: ["hard"], model: resnet([16, 32, 64], 16), augmentation: crops(0.8), recipe: long },
    { tasks: ["hard"], model: resnet([16, 32, 64, 128], 16), augmentation: still, recipe: long },
    { tasks: ["hard"], model: resnet([24, 48], 16), augmentation: still, recipe: long },
    { tasks: ["hard"], model: resnet([24, 48], 16), recipe: long },
    { tasks: ["six"], model: resnet([16, 48], 16), recipe: long },
  ],
  "steps and rate": [
    { tasks: ["easy", "six"], model: "resnet_tiny", recipe: { ...short, learningRate: 6e-3 } },
    { tasks: ["hard"], model: "resnet_tiny", seed: 101, recipe: { ...short, learningRate: 1e-2 } },
    { tasks: ["hard"], model: "resnet_tiny", seed: 101, recipe: { ...short, learningRate: 2e-2 } },
    { tasks: ["six"], model: "resnet_tiny", recipe: { ...short, learningRate: 1e-2 } },
    {
      tasks: ["hard"],
      model: resnet([16, 32, 64], 16),
      augmentation: still,
      recipe: { ...long, learningRate: 3e-3 },
    },
    {
      tasks: ["hard"],
      model: resnet([16, 32, 64], 16),
      augmentation: still,
      recipe: { ...long, batchSize: 32, labelSmoothing: 0 },
    },
  ],
  "ConvNeXt": [
    { tasks: ["easy"], model: convnext(16, 2), recipe: { ...short, learningRate: 4e-3 } },
    { tasks: ["easy"], model: convnext(24, 4), recipe: { ...short, learningRate: 4e-3 } },
    { tasks: ["easy"], model: convnext(23, 4), recipe: { ...short, epochs: 24, learningRate: 6e-3 } },
    { tasks: ["easy"], model: convnext(64, 4), recipe: { ...short, epochs: 24, learningRate: 4e-3 } },
  ],
  "ViT and AlexNet": [
    { tasks: ["easy"], model: "vit_micro_patch8", recipe: { ...short, epochs: 24, learningRate: 2e-3 } },
    { tasks: ["easy"], model: "alexnet_micro", recipe: { ...short, learningRate: 2e-3 } },
  ],
  "stem and batch": [
    { tasks: ["hardest"], model: "resnet_tiny", recipe: usual },
    { tasks: ["hardest"], model: resnet([32, 64], 16), recipe: { ...usual, precision: "bfloat16" } },
    ...[[1, 1], [2, 2]].map((depths): Candidate => ({
      tasks: ["easy"],
      model: convnext(32, 2, depths),
      recipe: { ...usual, learningRate: 6e-3, precision: "bfloat16" },
    })),
    { tasks: ["hardest"], model: "resnet_tiny", recipe: { ...usual, batchSize: 32 } },
    { tasks: ["hardest"], model: "resnet_tiny", recipe: { ...usual, batchSize: 32, learningRate: 5e-3 } },
    { tasks: ["hardest"], model: "resnet_tiny", recipe: { ...usual, learningRate: 3e-2 } },
    { tasks: ["hardest"], model: "resnet_tiny", recipe: { ...usual, batchSize: 32, learningRate: 2e-2 } },
    { tasks: ["hardest"], model: "vgg_micro", recipe: { ...usual, learningRate: 4e-3 } },
    { tasks: ["hardest"], model: vgg([[16], [32, 32], [64, 64]]), recipe: { ...usual, learningRate: 4e-3 } },
    {
      tasks: ["hardest"],
      model: vgg([[16, 16], [32, 32], [64, 64]], { hidden: 64, dropout: 0 }),
      recipe: { ...usual, learningRate: 4e-3 },
    },
    { tasks: ["hardest"], model: vgg([[16], [32], [64, 64]]), recipe: { ...usual, learningRate: 4e-3 } },
    {
      tasks: ["hardest"],
      model: "vgg_micro",
      imageSize: 32,
      recipe: { ...usual, epochs: 24, learningRate: 4e-3 },
    },
    { tasks: ["hardest"], model: "vgg_micro", imageSize: 40, recipe: { ...usual, learningRate: 4e-3 } },
    { tasks: ["hardest", "hard"], model: deep, recipe: usual },
    { tasks: ["hardest"], model: vgg([[16, 16], [32], [64]]), recipe: { ...usual, learningRate: 4e-3 } },
    { tasks: ["hard", "hardest"], model: deep, recipe: { ...usual, epochs: 18 } },
    { tasks: ["hard"], model: deep, recipe: { ...usual, batchSize: 16, learningRate: 7e-3 } },
    { tasks: ["hard", "hardest", "easy"], model: deep, recipe: { ...usual, batchSize: 32 } },
    { tasks: ["six"], model: deep, recipe: { ...usual, samplesPerEpoch: 8064, batchSize: 32 } },
    { tasks: ["middling"], model: deep, recipe: { ...usual, batchSize: 32 } },
    { tasks: ["easy"], model: "convnext_mini", recipe: { ...usual, batchSize: 32, learningRate: 4e-3 } },
  ],
  "fewer seconds": [
    { tasks: hardest, model: deep, recipe: fewSteps },
    { tasks: hardest, model: deep, recipe: { ...fewSteps, betas: [0.9, 0.99] } },
    { tasks: hardest, model: deep, recipe: { ...fewSteps, weightDecay: 0 } },
    { tasks: hardest, model: deep, recipe: { ...fewSteps, labelSmoothing: 0 } },
    { tasks: hardest, model: deep, augmentation: still, recipe: fewSteps },
    { tasks: hardest, model: deep, recipe: { ...fewSteps, batchSize: 16, learningRate: 7e-3 } },
    { tasks: hardest, model: deep, recipe: { ...fewSteps, learningRate: 2e-2 } },
    { tasks: hardest, model: pooled, recipe: fewSteps },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, betas: [0.9, 0.9] } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, betas: [0.8, 0.9] } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, betas: [0.9, 0.8] } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, learningRate: 7e-3 } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, learningRate: 1.5e-2 } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, warmupEpochs: 2 } },
    { tasks: hardest, model: pooled, recipe: { ...fewSteps, epochs: 12 } },
    { tasks: hardest, model: resnet([24, 48], 12, "deep-pool"), recipe: fewSteps },
    { tasks: hardest, model: resnet([16, 48], 12, "deep-pool"), recipe: fewSteps },
    { tasks: hardest, model: resnet([16, 48], 16, "deep-pool"), recipe: fewSteps },
    { tasks: hardest, model: resnet([16, 32], 16, "deep-pool"), recipe: fewSteps },
    { tasks: hardest, model: "resnet_tiny_pool", recipe: fewSteps },
    { tasks: hardest, model: "resnet_tiny_pool", recipe: { ...fewSteps, epochs: 16 } },
    {
      tasks: ["easy", "hard", "hardest", "middling"],
      model: "resnet_tiny_pool",
      recipe: { ...fewSteps, epochs: 12 },
    },
  ],
  "emoji": [
    ...[4, 8, 16].map((epochs): Candidate => ({
      tasks: ["emoji", "easy emoji"],
      ...fewer,
      model: "resnet_tiny",
      recipe: { ...usual, epochs },
    })),
    ...[8, 12].map((epochs): Candidate => ({
      tasks: ["emoji"],
      ...fewer,
      model: deep,
      recipe: { ...usual, epochs, batchSize: 32 },
    })),
  ],
};

/** Trains every candidate on its tasks, then the preset on every triple; the records are kept as any. */
export async function benchSearch(): Promise<SearchRow[]> {
  const rows: SearchRow[] = [];
  for (const [subject, candidates] of Object.entries(CANDIDATES)) {
    for (const { tasks, seed = 100, ...changes } of candidates) {
      for (const task of tasks) {
        const experiment = baseline({ preset: "laptop", datasets: TASKS[task], seed, ...changes });
        rows.push(await rowOf(subject, JSON.stringify(changes), task, experiment));
      }
    }
  }
  for (const datasets of [SIX, ...combinations(SIX, 3)]) {
    const experiment = baseline({ preset: "laptop", datasets, seed: 100 });
    const trivial = await bestTrivial(experiment);
    const row = await rowOf("the frozen preset", "{}", datasets.join(" + "), experiment);
    rows.push({ ...row, trivial });
  }
  return rows;
}

async function rowOf(subject: string, candidate: string, task: string, experiment: Experiment) {
  const { result } = await run(experiment);
  return {
    subject,
    candidate,
    task,
    seed: experiment.seed,
    parameters: result.parameters,
    seconds: result.seconds,
    training: 100 * result.training.value,
    validation: 100 * result.accuracy.value,
    n: result.accuracy.n,
  };
}
