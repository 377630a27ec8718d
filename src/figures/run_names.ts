import type { Experiment, RunRecord } from "../experiments/mod.ts";

/** What a run is called where nobody says otherwise. */
const byDatasets = ({ datasets }: Experiment): string => datasets.join(" + ");

/** Names of runs, each with its seed where several have one name. */
export function runNames(
  records: readonly RunRecord[],
  nameOf: (experiment: Experiment) => string = byDatasets,
): string[] {
  const names = records.map(({ experiment }) => nameOf(experiment));
  return names.map((name, i) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}, seed ${records[i].experiment.seed}`
  );
}
