/** Probes: how much of something can be read off a network's features by a linear classifier. */
export { colorHistogram, pixels, untrainedWeights } from "./baselines.ts";
export {
  collectFeatures,
  type CollectOptions,
  type Featurizer,
  type ImageSource,
  keysOf,
} from "./collect.ts";
export {
  extractFeatures,
  type FeatureOptions,
  type FeatureReader,
  makeFeatureReader,
  type Pooling,
  prefixTokens,
} from "./extract.ts";
export { type FeatureRows, openFeatures, type StoredFeatures, storeFeatures } from "./feature_file.ts";
export { type Block, blocksOf, type Features, featuresOf, selectRows } from "./features.ts";
export { lbfgs, type LbfgsOptions, type Minimum, type Objective } from "./lbfgs.ts";
export {
  linearProbe,
  type LinearProbeOptions,
  type LinearProbeRecipe,
  maeProbe,
  sgdProbe,
} from "./linear_probe.ts";
export { fitLogistic, type FitOptions, type LogisticModel, predictLogistic } from "./logistic.ts";
export {
  type LogisticProbeOptions,
  type LogisticProbeResult,
  probeLogistic,
  type ProbeResult,
} from "./logistic_probe.ts";
export {
  type LayerFeatures,
  type ProbeCandidate,
  type ProbeSweepOptions,
  type ProbeSweepResult,
  sweepLinearProbe,
} from "./probe_sweep.ts";
export { mapRows } from "./map_rows.ts";
export { columnMoments, type Moments } from "./standardise.ts";
