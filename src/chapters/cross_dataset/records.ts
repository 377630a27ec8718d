/**
 * Torralba & Efros's cross-dataset generalisation ("Unbiased Look at Dataset Bias", CVPR 2011, Table 1):
 * what images show, learnt on one dataset, tested on all.
 */
import type { ProbeRecord } from "../../experiments/mod.ts";
import { repetitionsOf } from "../../paper/mod.ts";
import { contrastOfRuns, type Estimate, meanAccuracy, type Outcomes } from "../../stats/mod.ts";

/** What the networks of all datasets got right on the images of all datasets. */
export interface Generalisation {
  /** Rows: trained on; columns: tested on. */
  datasets: readonly string[];
  chance: number;
  /** One network a seed: what those that were trained on one dataset got right on the images of another. */
  runs(trainedOn: string, testedOn: string): Outcomes[];
}

/** The dataset that a network was trained on, alone, to name what images show; otherwise `undefined`. */
export function trainedOn({ experiment: { features, task } }: ProbeRecord): string | undefined {
  const isAlone = features.from === "end-to-end" && task.of === "words" && task.trainedOn.length === 1;
  return isAlone ? task.trainedOn[0] : undefined;
}

/**
 * The networks among the records that were trained on one dataset each; others are left out.
 *
 * @returns `undefined` where not each dataset has a network for as many seeds, or there are fewer than two
 */
export function generalisationOf(records: readonly ProbeRecord[]): Generalisation | undefined {
  const networks = records.filter((record) => trainedOn(record) !== undefined);
  if (networks.length === 0) return undefined;
  const { task } = networks[0].experiment;
  const datasets = task.of === "words" ? task.datasets : [];
  const byDataset = Map.groupBy(networks, (record) => trainedOn(record)!);
  const runsOf = (name: string) => byDataset.get(name) ?? [];
  const seedsOf = (name: string) => runsOf(name).map(({ experiment }) => experiment.seed).sort().join();
  const isWhole = datasets.length >= 2 && datasets.every((name) => seedsOf(name) === seedsOf(datasets[0]));
  if (!isWhole) return undefined;
  return {
    datasets,
    chance: networks[0].result.chance,
    runs: (on, tested) => repetitionsOf(runsOf(on)).map((outcomes) => onDataset(outcomes, tested)),
  };
}

/** The part of the outcomes that is about the images of one dataset. */
function onDataset({ images, right }: Outcomes, dataset: string): Outcomes {
  const places = [...images.keys()].filter((i) => images[i].startsWith(`${dataset}/`));
  return { images: places.map((i) => images[i]), right: places.map((i) => right[i]) };
}

/** Accuracies of the networks that were trained on one dataset. */
export interface Row {
  trainedOn: string;
  /** On each dataset, in their order. */
  cells: Estimate[];
  /** Accuracy on its own images, and the mean of those on the others', [0, 1]. */
  self: number;
  others: number;
  /** Share of its own accuracy that is lost elsewhere; 0 where the own is 0. */
  drop: number;
}

/** The matrix as Torralba & Efros print it: a row a training dataset, with the drop as a share of its own. */
export function rowsOf({ datasets, runs }: Generalisation): Row[] {
  return datasets.map((name) => {
    const cells = datasets.map((tested) => meanAccuracy(runs(name, tested)));
    const self = cells[datasets.indexOf(name)].value;
    const elsewhere = cells.filter((_, i) => datasets[i] !== name);
    const others = elsewhere.reduce((sum, { value }) => sum + value, 0) / elsewhere.length;
    return { trainedOn: name, cells, self, others, drop: self === 0 ? 0 : 1 - others / self };
  });
}

/**
 * How much better the images of `tested` are named by networks that were trained on the same dataset than by
 * those of each other dataset, in the mean. The images are the same for all, so that how hard they are has no
 * part in it.
 */
export function ownAdvantage(generalisation: Generalisation, tested: readonly string[]): Estimate {
  const { datasets, runs } = generalisation;
  const terms = tested.flatMap((on) =>
    datasets.map((name) => ({
      runs: runs(name, on),
      weight: (name === on ? 1 : -1 / (datasets.length - 1)) / tested.length,
    }))
  );
  return contrastOfRuns(terms.map((term) => term.runs), terms.map(({ weight }) => weight));
}
