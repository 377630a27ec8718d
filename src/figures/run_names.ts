import type { Experiment, RunRecord } from "../experiments/mod.ts";

/** What a run is called where nobody says otherwise. */
const byDatasets = ({ datasets }: Experiment): string => datasets.join(" + ");

/** Names of runs, each with its seed where runs of other seeds have the same name. */
export function runNames(
  records: readonly RunRecord[],
  nameOf: (experiment: Experiment) => string = byDatasets,
): string[] {
  const names = records.map(({ experiment }) => nameOf(experiment));
  const seeds = records.map(({ experiment }) => experiment.seed);
  return names.map((name, i) => {
    const isOfSeveral = seeds.some((seed, other) => names[other] === name && seed !== seeds[i]);
    return isOfSeveral ? `${name}, seed ${seeds[i]}` : name;
  });
}
