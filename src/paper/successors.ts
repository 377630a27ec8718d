import type { PaperRow, PaperTable } from "./tables.ts";

/** Zeng, Yin & Liu 2024: accuracy on images that were reduced to one kind of information. */
export const zeng: PaperTable<PaperRow> = {
  source:
    'Zeng, Yin & Liu, "Understanding Bias in Large-Scale Visual Datasets" (NeurIPS 2024, arXiv 2412.01876)',
  caption:
    "Transformed images of YCD, ConvNeXt-T, 1M training images per dataset, 30 epochs, 2 of them warm-up",
  rows: ([
    ["original", 82.0],
    ["Canny edges", 71.0],
    ["HOG", 79.0],
    ["SIFT", 53.3],
    ["high-pass", 79.2],
    ["low-pass", 70.4],
    ["mean RGB", 48.5],
    ["patch shuffle, random", 80.1],
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
  ] as const).map(([name, percent]) => ({ name, percent })),
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
