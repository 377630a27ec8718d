import { z } from "zod";
import type { Precision } from "../tensorflow/mod.ts";

/** A whole number, 1 or more. */
export const positiveInteger = z.int().min(1);
const share = z.number().min(0).max(1);
const amount = z.number().min(0);

const mixSchema = z.strictObject({
  mixup: amount.describe(
    "Of Beta(mixup, mixup), from which MixUp's weights are drawn; 0 for no MixUp. The paper: 0.8.",
  ),
  cutmix: amount.describe(
    "Of Beta(cutmix, cutmix), from which the area that CutMix keeps is drawn; 0 for no CutMix. The paper: 1.",
  ),
  probability: share.describe("Probability of a batch, or image, to be mixed. timm: 1."),
  switchProbability: share.describe("Probability of CutMix where there are both. timm: 0.5."),
  mode: z.enum(["batch", "element"]).describe(
    "Whether all images of a batch get one draw, or each its own. timm: batch.",
  ),
});

/** How batches are mixed: MixUp and CutMix. */
export type Mix = z.infer<typeof mixSchema>;

/** Checks a {@link Precision}. */
export const precisionSchema = z.enum(["float32", "bfloat16"]) satisfies z.ZodType<Precision>;

/** Checks a {@link Recipe}; the descriptions of its fields are its documentation. */
export const recipeSchema = z.strictObject({
  epochs: positiveInteger.describe(
    "Length of training. An epoch is `samplesPerEpoch` samples, whatever the number of training images.",
  ),
  samplesPerEpoch: positiveInteger.describe(
    "Samples seen in one epoch; the paper counts epochs of ImageNet-1K.",
  ),
  stopAfter: positiveInteger.optional().describe(
    "Training ends after so many epochs, at the rate that the schedule of all `epochs` has there. Default: all.",
  ),
  warmupEpochs: amount.describe("Epochs over which the learning rate rises linearly from 0."),
  batchSize: positiveInteger.describe("Images a step."),
  accumulate: positiveInteger.optional().describe(
    "Equal parts, each of an even number of images, that go through the network one after another, so that memory grows with " +
      "the part: the step is the same but for rounding. With batch norm it is another: its statistics are those of a part. " +
      "Default: 1.",
  ),
  learningRate: z.number().positive().describe("Peak learning rate of AdamW."),
  weightDecay: amount.describe("Decoupled weight decay; not applied to biases, norms and scales."),
  betas: z.tuple([share, share]).describe("Decay rates of AdamW's first and second moment."),
  labelSmoothing: z.number().min(0).lt(1).describe(
    "Share of the target that is spread evenly over all classes, [0, 1).",
  ),
  mix: mixSchema.nullish().describe("MixUp and CutMix. Left out or `null`: none."),
  clipNorm: z.number().positive().nullable().describe(
    "Largest global norm of the gradient; `null` leaves it as it is.",
  ),
  ema: z.number().gt(0).lt(1).nullable().describe(
    "Decay a step of the exponential moving average of the weights, which is then what is evaluated; `null` for none.",
  ),
  precision: precisionSchema.describe(
    "Of the weights in matrix products and convolutions, and of what flows between them; statistics, sums and the " +
      "optimizer are float32 in either. `bfloat16` is faster on processors that have it (AVX512_BF16, AMX), as " +
      "PyTorch's autocast is.",
  ),
});

/** How a network is trained, as one plain object; {@link recipeSchema} describes its fields. */
export type Recipe = z.infer<typeof recipeSchema>;

/** Checks a {@link PretrainingRecipe}. */
export const pretrainingRecipeSchema = recipeSchema.omit({ labelSmoothing: true, mix: true, ema: true });

/** How an autoencoder is trained: a recipe without the fields that only classifiers have. */
export type PretrainingRecipe = z.infer<typeof pretrainingRecipeSchema>;

/**
 * MixUp and CutMix of the paper's Appendix A, Table 9. The mode is that of the commands that the authors
 * published with the submission (`elem`); timm's default is one draw a batch. The probabilities are timm's.
 */
export const paperMix: Mix = {
  mixup: 0.8,
  cutmix: 1,
  probability: 1,
  switchProbability: 0.5,
  mode: "element",
};

/**
 * The paper's recipe (Appendix A, Table 9): AdamW with a cosine schedule over 300 epochs of ImageNet-1K,
 * whatever the number of training images. Its MixUp and CutMix are {@link paperMix}, which short trainings do
 * without. The rest of Table 9 (crops, RandAugment, numbers of images) is the preset `paper` of the
 * experiments.
 */
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
