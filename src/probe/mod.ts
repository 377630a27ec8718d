/** Probes: how much of something can be read off a network's features by a linear classifier. */
export { colorHistogram, pixelFeatures, randomFilters } from "./baselines.ts";
export { collectFeatures, computeFeatures, type Featurizer, type ImageSource, keysOf } from "./collect.ts";
export { extractFeatures, makeFeatureReader, networkFeatures, prefixTokens } from "./extract.ts";
export type { StoredFeatures } from "./feature_file.ts";
export {
  type Block,
  blocksOf,
  columnMoments,
  type Features,
  featuresOf,
  mapRows,
  selectRows,
} from "./features.ts";
export {
  type LayerFeatures,
  type LinearProbeRecipe,
  maeProbe,
  type ProbeCandidate,
  sgdProbe,
  sweepLinearProbe,
} from "./linear_probe.ts";
export { probeLogistic, type ProbeResult } from "./logistic.ts";
export { ridgeScores } from "./ridge.ts";
