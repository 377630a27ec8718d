import { type Features, heldOut, selectRows } from "./features.ts";
import { linearProbe, type LinearProbeOptions, maeProbe } from "./linear_probe.ts";
import type { ProbeResult } from "./logistic.ts";
import type { Proportion } from "../stats/mod.ts";

/** Features of the same images from one layer. */
export interface LayerFeatures {
  /** Name of the layer, for the result. */
  layer: string;
  training: Features;
  validation: Features;
}

/** Settings of {@link sweepLinearProbe}. */
export interface ProbeSweepOptions extends LinearProbeOptions {
  /** Default 0.1, 0.2, 0.3: the paper's for Table 8 (appendix A). */
  baseLearningRates?: readonly number[];
  /** Share of the training rows on which the settings are compared, (0, 1). Default 0.2. */
  heldOut?: number;
}

/** One setting and how it did on the held-out training rows. */
export interface ProbeCandidate {
  layer: string;
  baseLearningRate: number;
  heldOut: Proportion;
}

/** What {@link sweepLinearProbe} found: the best setting, trained again on all training rows. */
export interface ProbeSweepResult extends ProbeResult {
  layer: string;
  baseLearningRate: number;
  candidates: ProbeCandidate[];
}

const BASE_LEARNING_RATES = [0.1, 0.2, 0.3];

/**
 * MAE's linear probe at each layer and base learning rate, as the paper's Table 8 sweeps blocks 8, 9 and 10. The best is chosen on
 * held-out training rows, so that the validation accuracy is of one probe and not the best of many.
 *
 * @throws {Error} when there is no layer or no learning rate
 */
export async function sweepLinearProbe(
  layers: readonly LayerFeatures[],
  options: ProbeSweepOptions,
): Promise<ProbeSweepResult> {
  const { baseLearningRates = BASE_LEARNING_RATES, recipe = maeProbe, seed } = options;
  const candidates: ProbeCandidate[] = [];
  for (const { layer, training } of layers) {
    const { kept, out } = heldOut(training.rows, options.heldOut ?? 0.2, seed);
    const [fitted, heldOutRows] = [selectRows(training, kept), selectRows(training, out)];
    for (const baseLearningRate of baseLearningRates) {
      const tried = await linearProbe(fitted, heldOutRows, {
        ...options,
        recipe: { ...recipe, baseLearningRate },
      });
      candidates.push({ layer, baseLearningRate, heldOut: tried.accuracy });
    }
  }
  if (candidates.length === 0) throw new Error("give one layer and one base learning rate or more");
  const best = candidates.reduce((a, b) => b.heldOut.value > a.heldOut.value ? b : a);
  const { layer, baseLearningRate } = best;
  const { training, validation } = layers.find((features) => features.layer === layer)!;
  const final = { ...options, recipe: { ...recipe, baseLearningRate } };
  return { ...await linearProbe(training, validation, final), layer, baseLearningRate, candidates };
}
