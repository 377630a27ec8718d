import { PAPER_CORRUPTIONS, scaleCorruption } from "../../../src/images/mod.ts";
import { type Outcomes, permutation, wilson } from "../../../src/stats/mod.ts";
import type { Experiment, RunRecord } from "../../../src/experiments/mod.ts";

/** The six icon libraries of the default data, easiest to tell apart first. */
export const ICONS = ["tabler", "phosphor", "mdi", "remix", "mingcute", "carbon"];

/** Every three-way combination of `datasets`. */
export function triples(datasets: readonly string[]): string[][] {
  return datasets.flatMap((a, i) =>
    datasets.slice(i + 1).flatMap((b, j) => datasets.slice(i + j + 2).map((c) => [a, b, c]))
  );
}

/** What a made-up record is made from. */
export interface Shape {
  datasets: string[];
  /** Validation accuracy, [0, 1]. */
  accuracy: number;
  validationPerDataset?: number;
  /** Training accuracy, [0, 1]. Default: everything right. */
  training?: number;
  epochs?: number;
  /** The share of the final margin above chance reached after `epoch` of `epochs`. Default: nearly all of it early. */
  course?: (epoch: number, epochs: number) => number;
  experiment?: Partial<Experiment>;
  /** Default 40,000. */
  parameters?: number;
  /** Default: {@link syntheticOutcomes}, in agreement with no other shape's but by chance. */
  outcomes?: Outcomes;
}

/** A record of a run that never was, for tests of what is computed and drawn from records. */
export function syntheticRecord(shape: Shape): RunRecord {
  const { datasets, accuracy, validationPerDataset = 500, training = 1, epochs = 12, experiment } = shape;
  const { parameters = 40_000 } = shape;
  const course = shape.course ?? ((epoch) => 1 - Math.exp(-epoch * 1.2));
  const n = validationPerDataset * datasets.length;
  const chance = 1 / datasets.length;
  const trainingImages = Math.min(datasets.length * (experiment?.imagesPerDataset ?? 1500), 10_000);
  const correctAt = (share: number) => Math.round(n * (chance + (accuracy - chance) * share));
  const lines = Array.from({ length: epochs }, (_, i): RunRecord["epochs"][number] => {
    const share = i + 1 === epochs ? 1 : course(i + 1, epochs);
    const loss = Math.log(datasets.length) * (1 - 0.7 * share);
    return {
      epoch: i + 1,
      step: 100 * (i + 1),
      learningRate: 1e-3 * (1 - i / epochs),
      trainLoss: loss,
      validationLoss: loss * 1.1,
      validation: wilson(correctAt(share), n),
      seconds: 2,
    };
  });
  return {
    hash: [...JSON.stringify(shape)].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 2 ** 48, 7).toString(
      16,
    ),
    experiment: {
      kind: "classifier",
      datasets,
      imagesPerDataset: 1500,
      validationPerDataset,
      imageSize: 32,
      augmentation: {} as Experiment["augmentation"],
      model: "convnext_micro",
      recipe: {} as Experiment["recipe"],
      seed: 0,
      ...experiment,
    },
    epochs: lines,
    result: {
      accuracy: wilson(correctAt(1), n),
      training: wilson(Math.round(training * trainingImages), trainingImages),
      chance,
      perDataset: datasets.map(() =>
        wilson(Math.round(accuracy * validationPerDataset), validationPerDataset)
      ),
      confusion: confusion(
        datasets.length,
        Math.round(accuracy * validationPerDataset),
        validationPerDataset,
      ),
      parameters,
      seconds: 24,
      engine: "TensorFlow 2.21.0, CPU",
      finishedAt: "2026-11-24T04:00:00.000Z",
    },
    outcomes: shape.outcomes ??
      syntheticOutcomes(datasets, validationPerDataset, correctAt(1), JSON.stringify(shape)),
  };
}

/** A made-up run with each of three seeds, whose mean has the shape's accuracy. */
export function threeSeeds(shape: Shape): RunRecord[] {
  return [-0.004, 0, 0.004].map((off, seed) =>
    syntheticRecord({
      ...shape,
      accuracy: shape.accuracy + off,
      experiment: { ...shape.experiment, seed },
    })
  );
}

/** The same records with each of four seeds (the mean of four equal numbers is exact), none of which has any luck. */
export function withSeeds<Made extends { experiment: object }>(records: readonly Made[]): Made[] {
  return [0, 1, 2, 3].flatMap((seed) =>
    records.map((record) => ({ ...record, experiment: { ...record.experiment, seed } }) as Made)
  );
}

/**
 * Outcomes with so many right, as evenly over the datasets as can be. Which images they are is decided by the
 * `luck`: with another two runs agree as often as runs that have nothing to do with each other.
 */
export function syntheticOutcomes(
  datasets: readonly string[],
  perDataset: number,
  correct: number,
  luck: string,
): Outcomes {
  const key = [...luck].map((letter) => letter.codePointAt(0)!);
  const of = datasets.map((_, d) => Math.floor((correct + d) / datasets.length));
  return {
    images: datasets.flatMap((name) => Array.from({ length: perDataset }, (_, i) => `${name}/${i}`)),
    right: datasets.flatMap((_, d) => Array.from(permutation(perDataset, ...key, d), (at) => at < of[d])),
  };
}

function confusion(size: number, right: number, perRow: number): number[][] {
  return Array.from({ length: size }, (_, t) =>
    Array.from({ length: size }, (_, p) => {
      if (p === t) return right;
      const wrong = perRow - right;
      const share = Math.floor(wrong / (size - 1));
      return p === (t + 1) % size ? wrong - share * (size - 2) : share;
    }));
}

/** The probe of the default data in outline: all 20 triples of the icon libraries, then four, five and six of them. */
export function iconRecords(): RunRecord[] {
  const hardness = [0, 0.02, 0.03, 0.12, 0.14, 0.01];
  const three = triples(ICONS).map((datasets) => {
    const hard = datasets.reduce((sum, name) => sum + hardness[ICONS.indexOf(name)], 0);
    return syntheticRecord({ datasets, accuracy: 0.92 - 1.2 * hard });
  });
  const more = [[4, 0.76], [5, 0.66], [6, 0.61]].map(([count, accuracy]) =>
    syntheticRecord({ datasets: ICONS.slice(0, count), accuracy })
  );
  return [...three, ...more];
}

/** Runs on three datasets of 64 px without corruption and under Table 5's in its order, as many as there are accuracies. */
export function corruptionRecords(accuracies: readonly number[], validationPerDataset = 500): RunRecord[] {
  const corruptions = [null, ...PAPER_CORRUPTIONS.map((corruption) => scaleCorruption(corruption, 64))];
  return accuracies.map((accuracy, i) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy,
      validationPerDataset,
      experiment: { corruption: corruptions[i] },
    })
  );
}

/** All pairs of the icon libraries; mdi, remix and mingcute are closer to each other than the rest. */
export function pairRecords(
  accuracies: { close: number; apart: number },
  validationPerDataset = 500,
): RunRecord[] {
  return ICONS.flatMap((a, i) => ICONS.slice(i + 1).map((b) => [a, b])).map((datasets) =>
    syntheticRecord({
      datasets,
      accuracy: datasets.every((name) => ["mdi", "remix", "mingcute"].includes(name))
        ? accuracies.close
        : accuracies.apart,
      validationPerDataset,
    })
  );
}
