/** Appendices A and B of the paper, as printed. */

/** Appendix A, Table 9: how every network of the paper is trained unless a table says otherwise. */
export const appendixA = {
  source: "Appendix A, Table 9",
  optimizer: "AdamW",
  learningRate: 1e-3,
  weightDecay: 0.3,
  betas: [0.9, 0.95],
  batchSize: 4096,
  schedule: "cosine decay",
  warmupEpochs: 20,
  /** ImageNet-1K epochs: the number of samples seen is fixed, whatever the number of training images. */
  epochs: 300,
  randAugment: { magnitude: 9, magnitudeStd: 0.5 },
  labelSmoothing: 0.1,
  mixup: 0.8,
  cutmix: 1.0,
  /** Images are stored with the shorter side reduced to this where it is larger, px. */
  storedShorterSide: 500,
  trainingCrop: 224,
  inferenceShorterSide: 256,
  inferenceCrop: 224,
  trainingImagesPerDataset: 1_000_000,
  validationImagesPerDataset: 10_000,
  probe: { checkpointEpoch: 250, baseLearningRates: [0.1, 0.2, 0.3], layers: [8, 9, 10] },
} as const;

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
