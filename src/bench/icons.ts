/** What benchmarks that train on icons share. */
import { type Experiment, run, trivialsOf } from "../experiments/mod.ts";
import { datasetsOf } from "../data/mod.ts";

/** The six icon libraries, in their order. */
export const icons = (): string[] => datasetsOf("icons");

/** Accuracy of the best trivial learner on an experiment's images, %. Learners without a record are run. */
export async function bestTrivial(experiment: Experiment): Promise<number> {
  let best = 0;
  for (const learner of trivialsOf(experiment)) {
    best = Math.max(best, 100 * (await run(learner)).result.accuracy.value);
  }
  return best;
}
