/**
 * Appendix B of the paper, as printed. (Appendix A is `paperRecipe` and `paperMix` of the trainings, and the
 * preset `paper`.)
 */

/** Figure 6: a curve without printed numbers. */
export const figure6 = {
  source: "Appendix B, Figure 6",
  caption: "Training loss and validation accuracy against epochs, YCD, ConvNeXt-T: converges quickly",
} as const;

/** Appendix B: two sets that were meant to follow one distribution; chance 50%. */
export const appendixB = {
  source: "Appendix B",
  caption: "ImageNet-1K validation set against ImageNetV2",
  percent: 81.8,
  trainingImagesPerDataset: 8_000,
  /** The same as a table, to be drawn beside runs. */
  rows: [{ name: "ImageNet-1K validation against V2", percent: 81.8, imagesPerDataset: 8_000 }],
} as const;
