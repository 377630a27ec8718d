/**
 * The numbers of "A Decade's Battle on Dataset Bias: Are We There Yet?" (Liu & He, arXiv 2403.08632; ICLR
 * 2025), as printed, and at the end those of its successors. Every accuracy is a percentage. Appendices are
 * in appendix.ts.
 */
import type { Experiment } from "../experiments/mod.ts";
import { type Corruption, PAPER_CORRUPTIONS } from "../images/mod.ts";
import { familyOf, type ModelConfig } from "../models/mod.ts";

/** One accuracy as printed. */
export interface PaperRow {
  /** The row's name in the paper. */
  name: string;
  /** Accuracy, %. */
  percent: number;
}

/** A table or figure of the paper. */
export interface PaperTable<Row> {
  /** Where it is in the paper, for example "Table 2". */
  source: string;
  /** The quantity that was varied, and the datasets. */
  caption: string;
  rows: readonly Row[];
}

const row = (name: string, percent: number): PaperRow => ({ name, percent });

/**
 * Table 1: the six datasets and the letters that name their combinations ("YCD"), each with the manifest that
 * stands for it here.
 */
export const table1: PaperTable<{ name: string; symbol: string; manifest: string; what: string }> = {
  source: "Table 1",
  caption: "The six datasets",
  rows: [
    { name: "YFCC", symbol: "Y", manifest: "yfcc100m", what: "100M Flickr images (YFCC100M)" },
    { name: "CC", symbol: "C", manifest: "cc12m", what: "12M image-text pairs from the web (CC12M)" },
    {
      name: "DataComp",
      symbol: "D",
      manifest: "datacomp-1b",
      what: "1B image-text pairs from Common Crawl (DataComp-1B)",
    },
    { name: "WIT", symbol: "W", manifest: "wit", what: "11.5M Wikipedia image-text pairs" },
    {
      name: "LAION",
      symbol: "L",
      manifest: "relaion2b-en",
      what: "2B image-text pairs from Common Crawl (LAION-2B; filtered before use)",
    },
    { name: "ImageNet", symbol: "I", manifest: "imagenet-1k", what: "14M images from search engines" },
  ],
};

/** Table 2, three-way: all 20 combinations of three of the six datasets; chance 33.3%. */
export const table2: PaperTable<PaperRow> = {
  source: "Table 2",
  caption: "All 20 three-way combinations, 1M training images per dataset",
  // deno-fmt-ignore
  rows: [
    row("YCD", 84.7), row("YCW", 83.9), row("YCL", 85.0), row("YCI", 92.7), row("YDW", 85.8),
    row("YDL", 72.1), row("YDI", 90.2), row("YWL", 86.6), row("YWI", 86.7), row("YLI", 91.9),
    row("CDW", 83.6), row("CDL", 62.8), row("CDI", 82.8), row("CWL", 84.3), row("CWI", 91.3),
    row("CLI", 84.1), row("DWL", 71.5), row("DWI", 88.9), row("DLI", 68.2), row("WLI", 90.7),
  ],
};

/** Table 2, more datasets: chance 1/3, 1/4, 1/5, 1/6. */
export const table2Series: PaperTable<PaperRow & { datasets: number }> = {
  source: "Table 2",
  caption: "3, 4, 5 and 6 datasets, 1M training images per dataset",
  rows: [
    { ...row("YCD", 84.7), datasets: 3 },
    { ...row("YCDW", 79.1), datasets: 4 },
    { ...row("YCDWL", 67.4), datasets: 5 },
    { ...row("YCDWLI", 69.2), datasets: 6 },
  ],
};

/** Table 3: architectures, each with what its kind is called and with the family that it is of here. */
export const table3: PaperTable<PaperRow & { architecture: string; family: ModelConfig["family"] }> = {
  source: "Table 3",
  caption: "Architectures on YCD, 1M training images per dataset",
  rows: [
    { ...row("AlexNet", 77.8), architecture: "AlexNet", family: "alexnet" },
    { ...row("VGG-16", 83.5), architecture: "VGG", family: "vgg" },
    { ...row("ResNet-50", 83.8), architecture: "ResNet", family: "resnet" },
    { ...row("ViT-S", 82.4), architecture: "ViT", family: "vit" },
    { ...row("ConvNeXt-T", 84.7), architecture: "ConvNeXt", family: "convnext" },
  ],
};

/**
 * The experiment's architecture as Table 3 calls it, whatever its depth. A network that is not there goes by
 * its own name.
 */
export function architectureOf({ model }: Experiment): string {
  const family = familyOf(model);
  const row = table3.rows.find((row) => row.family === family);
  return row?.architecture ?? (typeof model === "string" ? model : model.family);
}

/** Figure 2: model size. Only the two ends are printed as numbers. */
export const figure2: PaperTable<PaperRow & { parameters: number }> = {
  source: "Figure 2",
  caption: "ConvNeXt of varied width and depth on YCD, 1M training images per dataset",
  rows: [
    { ...row("ConvNeXt", 72.4), parameters: 7_000 },
    { ...row("ConvNeXt", 84.7), parameters: 27_000_000 },
  ],
};

/** Table 4: augmentation against the number of training images per dataset. */
export const table4: PaperTable<PaperRow & { imagesPerDataset: number }> = {
  source: "Table 4",
  caption: "Augmentation and training images per dataset, on YCD",
  rows: ([
    ["none", 43.2, 71.9, 76.8],
    ["RandCrop", 66.1, 74.5, 84.2],
    ["RandCrop, RandAug", 70.2, 78.0, 85.0],
    ["RandCrop, RandAug, MixUp/CutMix", 72.4, 80.1, 84.7],
  ] as const).flatMap(([name, ...percents]) =>
    [10_000, 100_000, 1_000_000].map((imagesPerDataset, i) => ({
      ...row(name, percents[i]),
      imagesPerDataset,
    }))
  ),
};

/**
 * Figure 3: data size. A curve without printed numbers; those of its points that the paper prints elsewhere
 * are in Table 3 (AlexNet) and in the last line of Table 4 (ConvNeXt).
 */
export const figure3: PaperTable<PaperRow & { imagesPerDataset: number }> = {
  source: "Tables 3 and 4 for Figure 3",
  caption: "Accuracy rises with the number of training images per dataset, on YCD",
  rows: [
    ...table4.rows.slice(-3).map((printed) => ({ ...printed, name: "ConvNeXt" })),
    { ...row("AlexNet", table3.rows[0].percent), imagesPerDataset: 1_000_000 },
  ],
};

/**
 * Table 5: a fixed corruption of training and validation images alike; the sizes are of the paper's images.
 */
export const table5: PaperTable<PaperRow & { corruption: Corruption | null }> = {
  source: "Table 5",
  caption: "Corruptions of training and validation images, on YCD",
  rows: ([
    ["none", 84.7],
    ["color jitter, strength 1.0", 81.1],
    ["color jitter, strength 2.0", 80.2],
    ["Gaussian noise, std 0.2", 77.3],
    ["Gaussian noise, std 0.3", 75.1],
    ["Gaussian blur, radius 3", 80.9],
    ["Gaussian blur, radius 5", 78.1],
    ["low resolution, 64x64", 78.4],
    ["low resolution, 32x32", 68.4],
  ] as const).map(([name, percent], i) => ({
    ...row(name, percent),
    corruption: i === 0 ? null : PAPER_CORRUPTIONS[i - 1],
  })),
};

/** One line of Table 6: TRAINING accuracy in percent, or null where training fails to converge. */
interface PseudoDatasetRow {
  imagesPerSet: number;
  withoutAugmentation: number | null;
  withAugmentation: number | null;
}

/** Table 6: three pseudo-datasets from one source; validation accuracy is about 33% (chance) throughout. */
export const table6: PaperTable<PseudoDatasetRow> & { validationPercent: number } = {
  source: "Table 6",
  caption: "Training accuracy on three sets sampled from YFCC alone",
  validationPercent: 33,
  rows: [
    { imagesPerSet: 100, withoutAugmentation: 100, withAugmentation: 100 },
    { imagesPerSet: 1_000, withoutAugmentation: 100, withAugmentation: 100 },
    { imagesPerSet: 10_000, withoutAugmentation: 100, withAugmentation: null },
    { imagesPerSet: 100_000, withoutAugmentation: null, withAugmentation: null },
  ],
};

/** Table 7: dataset classification from self-supervised features. */
export const table7: PaperTable<PaperRow> = {
  source: "Table 7",
  caption: "Linear probe for dataset classification, YCD, ViT-B",
  rows: [
    row("fully supervised", 82.9),
    row("MAE pre-trained on ImageNet-1K", 76.2),
    row("MAE pre-trained on YCD", 78.4),
  ],
};

/**
 * Table 8: semantic classification from the dataset classifier's features; `chance`, [0, 1], of 1,000
 * classes.
 */
export const table8: PaperTable<PaperRow> & { chance: number } = {
  source: "Table 8",
  caption: "Linear probe on ImageNet-1K classes, ViT-B",
  chance: 1 / 1000,
  rows: [
    row("random weights", 6.7),
    row("Y+C+D", 27.7),
    row("Y+C+D+W", 34.2),
    row("Y+C+D+W+L", 34.2),
    row("Y+C+D+W+L+I", 34.8),
    row("MAE", 68.0),
    row("MoCo v3", 76.7),
  ],
};

/** Figure 5: the user study. */
export const figure5 = {
  source: "Figure 5",
  caption: "20 people, 100 validation images each, labelled training images free to browse, no time limit",
  people: 20,
  imagesEach: 100,
  meanPercent: 45.4,
  medianPercent: 44,
  /**
   * Users by accuracy, %. Derived, not printed: with the others in the middle of their bins (42 and 47 of 100
   * images), the two people above 50% name 58.5% on average, since the mean is 45.4%.
   */
  histogram: [
    { from: 40, to: 45, users: 11 },
    { from: 45, to: 50, users: 7 },
    { from: 50, to: null, users: 2 },
  ],
  /** So many of the 20 people found the task difficult. */
  foundDifficult: 15,
  /** This many of the 20 people have it; they did no better. */
  withComputerVisionExperience: 14,
  /** Patterns that the users named. */
  patterns: {
    YFCC: "people, scenery, natural light",
    CC: "cartoon, product, logo, clean background",
    DataComp: "white background, single item, text",
  },
} as const;

/** One accuracy of a successor, with its standard deviation over three repetitions where that is known. */
interface SuccessorRow extends PaperRow {
  /** Percentage points. */
  deviation?: number;
}

/** Zeng, Yin & Liu 2024: accuracy on images that were reduced to one kind of information. */
export const zeng: PaperTable<SuccessorRow> = {
  source:
    'Zeng, Yin & Liu, "Understanding Bias in Large-Scale Visual Datasets" (NeurIPS 2024, arXiv 2412.01876)',
  caption:
    "Transformed images of YCD, ConvNeXt-T, 1M training images per dataset, 30 epochs, 2 of them warm-up",
  rows: ([
    ["original", 82.0, 0.3],
    ["Canny edges", 71.0, 0.2],
    // The README of the code has 79.0 for HOG and 53.3 for SIFT.
    ["HOG", 79.9, 0.2],
    ["SIFT", 65.2, 1.4],
    ["high-pass", 79.2, 0.2],
    ["low-pass", 70.4, 0.5],
    ["mean RGB", 48.5, 0.7],
    ["patch shuffle, random", 80.1], // patches of 16 px
    ["patch shuffle, fixed", 81.2],
    ["pixel shuffle, random", 52.2],
    ["pixel shuffle, fixed", 58.5],
    ["depth", 73.1],
    ["SAM contours", 73.2],
    ["semantic segmentation", 69.8],
    ["object detection", 61.9],
    // Printed as 63.8/66.1 in one line.
    ["captions, first", 63.8],
    ["captions, second", 66.1],
    ["VAE", 77.4],
    ["unconditional generation", 77.6],
    ["text-to-image generation", 58.1],
  ] as const).map(([name, percent, deviation]) => ({
    ...row(name, percent),
    ...(deviation !== undefined && { deviation }),
  })),
};

/** Saleknia & Sabokrou 2026: what has to be controlled before a bias is called semantic. */
export const saleknia = {
  source: 'Saleknia & Sabokrou, "What are we really measuring?" (Neurocomputing 2026)',
  finding: "native-resolution fingerprints survive resizing to a common size",
  /** A supervised classifier on procedurally generated images without semantics, %. */
  withoutSemanticsPercent: [84, 87],
  /** Unsupervised clustering of DINOv2 features on YCD, %; people reach 45.4. */
  clusteringPercent: 46.95,
  controls: ["resolution", "encoding", "resampling"],
} as const;
