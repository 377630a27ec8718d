/**
 * Numbers that name the random streams of a seed: two purposes never share random numbers. A number that has
 * been used must not change, or the same seed gives another outcome.
 */
export const STREAMS = {
  /** Initial weights of a network. */
  weights: 0x77,
  /** Dropped paths of a network (stochastic depth), by step. */
  dropPath: 0x64,
  /** Dropped values of a network (dropout), by step. */
  dropout: 0x6f,
  /** Weights and boxes of MixUp and CutMix, by step. */
  mix: 0x6d,
  /** Patches that are hidden from a masked autoencoder, by step. */
  mask: 0x6b,
  /** Order of training images, by pass. */
  order: 0x6f72,
  /** Augmentation of training images, by showing. */
  augmentation: 0x6175,
  /** Corruption of images, by image. */
  corruption: 0x636f,
  /** Labels that are dealt out at random. */
  randomLabels: 0x726c,
  /** Rows that are held out to choose a probe's settings. */
  heldOut: 0x686f,
  /** Initial weights of a linear probe. */
  probeWeights: 0x7077,
  /** Order of a linear probe's rows, by epoch. */
  probeOrder: 0x706f,
  /** Filters that are never trained, by filter. */
  randomFilters: 0x7266,
  /** Random Fourier features of a ridge classifier. */
  fourierFeatures: 0x6666,
  /** Labels that are dealt anew for a permutation test, by deal. */
  permutedLabels: 0x706c,
  /** Folds of an audit, by group. */
  auditFolds: 0x6166,
  /** Orders of patches, pixels and images by which kinds of evidence are made. */
  evidence: 0x6576,
  /** Labels that are dealt anew to compare clusters with them, by deal. */
  clusterLabels: 0x636c,
  /** Images that a benchmark draws, by draw and side. */
  drawnImages: 0x6469,
  /** First places of a UMAP. */
  umap: 0x756d,
  /** Order of a game's images; it stands before the seed in the stream's name. */
  game: 0x9a3e,
} as const;
