/** Made-up records of trivial learners, for tests of what is computed and drawn from them. */
import { type RunRecord, type TrivialRecord, trivialsOf } from "../../../src/experiments/mod.ts";
import { wilson } from "../../../src/stats/mod.ts";
import { syntheticOutcomes } from "./records.ts";

/** Records of the first learners of the ladder beside a classifier's, one an accuracy; of all with five. */
export function syntheticLadder(
  { experiment, result }: RunRecord,
  accuracies: readonly number[],
): TrivialRecord[] {
  const { datasets, validationPerDataset } = experiment;
  const n = datasets.length * validationPerDataset;
  return trivialsOf(experiment).slice(0, accuracies.length).map((trivial, i) => {
    const { name } = trivial.learner;
    return {
      hash: `${datasets.join()} ${name} ${experiment.seed}`,
      experiment: trivial,
      epochs: [],
      outcomes: syntheticOutcomes(datasets, validationPerDataset, Math.round(accuracies[i] * n), name),
      result: {
        accuracy: wilson(Math.round(accuracies[i] * n), n),
        chance: result.chance,
        perDataset: datasets.map(() =>
          wilson(Math.round(accuracies[i] * validationPerDataset), validationPerDataset)
        ),
        confusion: [],
        seconds: 1,
        engine: "TensorFlow 2.21.0, CPU",
        finishedAt: "2026-11-24T04:00:00.000Z",
      },
    };
  });
}
