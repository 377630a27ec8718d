/**
 * `deno task bench grids`: every three icon libraries as notebook 01 tells them apart, drawn at a scale and a
 * place of their own, beside the same libraries drawn on their grids. How much less is told apart is what the
 * grids and margins gave away.
 */
import { baseline, combinations, run } from "../experiments/mod.ts";
import { formatProportion } from "../stats/mod.ts";
import { bestTrivial, icons } from "./icons.ts";

/** One combination, drawn either way: accuracies, %. */
interface GridsRow {
  datasets: string;
  /** With its 95% interval. */
  fair: string;
  /** The best trivial learner on the same images. */
  fair_trivial: number;
  on_grids: string;
  on_grids_trivial: number;
  /** Points that the network has more on the grids. */
  difference: number;
}

/** Trains what has no record yet: at `laptop` the fair side is that of notebook 01. */
export async function benchGrids(): Promise<GridsRow[]> {
  const rows: GridsRow[] = [];
  for (const datasets of combinations(icons(), 3)) {
    const fair = await outcomeOf(datasets);
    const grids = await outcomeOf(datasets.map((name) => `${name}-grid`));
    rows.push({
      datasets: datasets.join(" + "),
      fair: formatProportion(fair.accuracy),
      fair_trivial: fair.trivial,
      on_grids: formatProportion(grids.accuracy),
      on_grids_trivial: grids.trivial,
      difference: 100 * (grids.accuracy.value - fair.accuracy.value),
    });
  }
  return rows;
}

async function outcomeOf(datasets: string[]) {
  const experiment = baseline({ preset: "laptop", datasets, seed: 0 });
  const { result: { accuracy } } = await run(experiment);
  return { accuracy, trivial: await bestTrivial(experiment) };
}
