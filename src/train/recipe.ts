import type { Precision } from "../tensorflow/mod.ts";

/** How batches are mixed. */
export interface Mix {
  /** Of Beta(mixup, mixup), from which MixUp's weights are drawn; 0 for no MixUp. The paper: 0.8. */
  mixup: number;
  /** Of Beta(cutmix, cutmix), from which the area that CutMix keeps is drawn; 0 for no CutMix. The paper: 1. */
  cutmix: number;
  /** Probability of a batch, or image, to be mixed. timm: 1. */
  probability: number;
  /** Probability of CutMix where there are both. timm: 0.5. */
  switchProbability: number;
  /** Whether all images of a batch get one draw, or each its own. timm: batch. */
  mode: "batch" | "element";
}

/** The paper's Appendix A with timm's defaults. */
export const paperMix: Mix = {
  mixup: 0.8,
  cutmix: 1,
  probability: 1,
  switchProbability: 0.5,
  mode: "batch",
};

/** How a network is trained, as one plain object. */
export interface Recipe {
  /** Length of training. An epoch is {@link samplesPerEpoch} samples, whatever the number of training images. */
  epochs: number;
  /** Samples seen in one epoch; the paper counts epochs of ImageNet-1K. */
  samplesPerEpoch: number;
  /** Epochs over which the learning rate rises linearly from 0. */
  warmupEpochs: number;
  /** Images a step. */
  batchSize: number;
  /** Peak learning rate of AdamW. */
  learningRate: number;
  /** Decoupled weight decay; not applied to biases, norms and scales. */
  weightDecay: number;
  /** Decay rates of AdamW's first and second moment. */
  betas: [number, number];
  /** Share of the target that is spread evenly over all classes, [0, 1). */
  labelSmoothing: number;
  /** MixUp and CutMix. Left out or `null`: none. */
  mix?: Mix | null;
  /** Largest global norm of the gradient; `null` leaves it as it is. */
  clipNorm: number | null;
  /** Decay a step of the exponential moving average of the weights, which is then what is evaluated; `null` for none. */
  ema: number | null;
  /**
   * Of the weights in matrix products and convolutions, and of what flows between them; statistics, sums and the optimizer are
   * float32 in either. `bfloat16` is faster on processors that have it (AVX512_BF16, AMX), as PyTorch's autocast is.
   */
  precision: Precision;
}

/** The paper's recipe: Appendix A, Table 9; its MixUp and CutMix are {@link paperMix}, which short trainings do without. */
export const paperRecipe: Recipe = {
  epochs: 300,
  samplesPerEpoch: 1_281_167,
  warmupEpochs: 20,
  batchSize: 4096,
  learningRate: 1e-3,
  weightDecay: 0.3,
  betas: [0.9, 0.95],
  labelSmoothing: 0.1,
  clipNorm: null,
  ema: null,
  precision: "float32",
};

/** The part of a recipe that says how long to train and how fast. */
export type Schedule = Pick<
  Recipe,
  "epochs" | "samplesPerEpoch" | "warmupEpochs" | "batchSize" | "learningRate"
>;

/** Optimizer steps in one epoch: the last, partial batch is not taken. */
export function stepsPerEpoch(recipe: Schedule): number {
  return Math.floor(recipe.samplesPerEpoch / recipe.batchSize);
}

/** Optimizer steps of the whole training. */
export function totalSteps(recipe: Schedule): number {
  return recipe.epochs * stepsPerEpoch(recipe);
}
