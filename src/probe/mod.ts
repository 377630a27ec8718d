/** Probes: how much of something can be read off a network's features by a linear classifier. */
export { colorHistogram, pixels, untrainedWeights } from "./baselines.ts";
export {
  collectFeatures,
  type CollectOptions,
  extractFeatures,
  type FeatureOptions,
  type FeatureReader,
  type Featurizer,
  type ImageSource,
  keysOf,
  makeFeatureReader,
  type Pooling,
  prefixTokens,
} from "./extract.ts";
export { type FeatureRows, openFeatures, type StoredFeatures, storeFeatures } from "./feature_file.ts";
export {
  type Block,
  blocksOf,
  columnMoments,
  type Features,
  featuresOf,
  mapRows,
  type Moments,
  selectRows,
} from "./features.ts";
export { lbfgs, type LbfgsOptions, type Minimum, type Objective } from "./lbfgs.ts";
export {
  linearProbe,
  type LinearProbeOptions,
  type LinearProbeRecipe,
  maeProbe,
  sgdProbe,
} from "./linear_probe.ts";
export {
  fitLogistic,
  type FitOptions,
  type LogisticModel,
  type LogisticProbeOptions,
  type LogisticProbeResult,
  predictLogistic,
  probeLogistic,
  type ProbeResult,
} from "./logistic.ts";
export {
  type LayerFeatures,
  type ProbeCandidate,
  type ProbeSweepOptions,
  type ProbeSweepResult,
  sweepLinearProbe,
} from "./probe_sweep.ts";
