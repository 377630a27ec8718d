import type { Augmentation } from "../data/mod.ts";
import type { Recipe } from "../train/mod.ts";

/**
 * Everything that determines the outcome of one run, as a plain serialisable object. Its hash is its identity: the same
 * experiment is never trained twice.
 */
export interface Experiment {
  /** Names of manifests in `data_manifests/`, two or more; their order is the order of the classes. */
  datasets: string[];
  /** Training images sampled from each dataset. The paper: 1,000,000. */
  imagesPerDataset: number;
  /** Validation images sampled from each dataset. The paper: 10,000. */
  validationPerDataset: number;
  /** Side of the square that the network sees, px. The paper: 224. */
  imageSize: number;
  /** Random transforms of training images. */
  augmentation: Augmentation;
  /** Name of a model in the registry, for example `convnext_micro`. */
  model: string;
  /** How it is trained. */
  recipe: Recipe;
  /** Decides sampling, initial weights, order, crops and dropped paths. */
  seed: number;
}
