import {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "../../../src/chapters/combinations/figure.ts";
import { corruptionsFigure } from "../../../src/chapters/corruptions/figure.ts";
import { evidenceFigure } from "../../../src/chapters/evidence/figure.ts";
import { crossDatasetFigure } from "../../../src/chapters/cross_dataset/figure.ts";
import { memorizationFigure } from "../../../src/chapters/pseudo_datasets/figure.ts";
import { alikeFigure, powerFigure } from "../../../src/chapters/same_distribution/figure.ts";
import { selfSupervisedFigure } from "../../../src/chapters/self_supervised/figure.ts";
import { semanticFigure } from "../../../src/chapters/semantic_transfer/figure.ts";
import { userStudyFigure } from "../../../src/chapters/user_study/figure.ts";
import {
  accuracyAgainst,
  confusionFigure,
  confusionMenu,
  type FeatureMap,
  featureMapFigure,
  type Figure,
  learningCurvesFigure,
  picturedRows,
} from "../../../src/figures/mod.ts";
import { type RunRecord } from "../../../src/experiments/mod.ts";
import {
  architectureOf,
  figure2,
  figure3,
  type LadderRecord,
  table3,
  table4,
} from "../../../src/paper/mod.ts";
import { auditRecord } from "../paper/audit_records.ts";
import { alikeRecords } from "../paper/alike_records.ts";
import { crossRecords } from "../paper/cross_records.ts";
import { gameOf } from "../paper/played.ts";
import { ofConcepts, ofPhotographs, table7Records, table8Records } from "../paper/probe_records.ts";
import { table6Records } from "../paper/pseudo_records.ts";
import { syntheticLadder } from "../paper/trivial_records.ts";
import { corruptionRecords, iconRecords, ICONS, pairRecords, syntheticRecord } from "../paper/records.ts";

const records = iconRecords();

/** Two networks at two sizes of data with two seeds. */
export const sweep = [100, 1000].flatMap((imagesPerDataset) =>
  ["cnn_small", "convnext_micro"].flatMap((model) =>
    [0, 1].map((seed) =>
      syntheticRecord({
        datasets: ICONS.slice(0, 3),
        accuracy: 0.6 + imagesPerDataset / 5000,
        experiment: { imagesPerDataset, model, seed },
      })
    )
  )
);

/** Table 5 at 64 px with noise that costs nothing, and a corruption that is not the paper's. */
export const corruptions = [
  ...corruptionRecords([0.7, 0.66, 0.64, 0.7, 0.69, 0.68, 0.65, 0.6, 0.48]),
  syntheticRecord({
    datasets: ICONS.slice(0, 3),
    accuracy: 0.5,
    experiment: { corruption: { name: "gaussian-noise", std: 0.6, seed: 0 } },
  }),
];

/** All pairs of the icon libraries. */
export const pairs = pairRecords({ close: 0.62, apart: 0.88 });

/** Table 3's architectures, small. */
export const architectures = ["alexnet_micro", "vgg_micro", "resnet_micro", "vit_micro", "convnext_micro"]
  .map(
    (model, i) =>
      syntheticRecord({
        datasets: ICONS.slice(0, 3),
        accuracy: 0.6 + 0.04 * i,
        experiment: { model },
      }),
  );

const TABLE4 = [...new Set(table4.rows.map(({ name }) => name))];

/** Table 4 at three small sizes: the model's name stands for the augmentation. */
const augmentations = TABLE4.flatMap((model, row) =>
  [100, 300, 1000].map((imagesPerDataset, column) =>
    syntheticRecord({
      datasets: ICONS.slice(0, 3),
      accuracy: [0.45, 0.55, 0.58, 0.6][row] + 0.07 * column,
      experiment: { imagesPerDataset, model },
    })
  )
);

/** Three clouds of 40 points around centres of their own. */
export const featureMap: FeatureMap = {
  points: Array.from(
    { length: 240 },
    (_, i) => [0, 3, 1.5][Math.floor(i / 2) % 3] * (1 + i % 2) + Math.sin(i * i),
  ),
  labels: Array.from({ length: 120 }, (_, i) => i % 3),
  names: ICONS.slice(0, 3),
  method: "UMAP of head.norm",
};

/** One grey pixel. */
const PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs=";

/** A hundred images, on which the person is often wrong and the network seldom. */
export const game = gameOf({ bothRight: 40, onlyPerson: 5, onlyNetwork: 43, bothWrong: 12 });

/** Runs with two trivial learners beside each. */
export function withLadder(runs: readonly RunRecord[]): LadderRecord[] {
  return [
    ...runs,
    ...runs.flatMap((run) =>
      syntheticLadder(run, [0.3, 0.6].map((share) => share * run.result.accuracy.value))
    ),
  ];
}

/** All runs of three datasets. */
const triples = records.filter(({ experiment }) => experiment.datasets.length === 3);

const audits = [
  auditRecord(["tabler", "phosphor", "mdi"], { "all-pixels": 0.9, "mean-color": 0.6 }),
  auditRecord(["tabler#1/2", "tabler#2/2"], { other: 0.5 }),
];

/** Every figure, each from records that it is meant for. */
export const FIGURES: Record<string, () => Figure> = {
  combinations: () => combinationsFigure(records),
  numberOfDatasets: () => numberOfDatasetsFigure(records),
  combinationsOnLadder: () => combinationsFigure(withLadder(records)),
  numberOfDatasetsOnLadder: () => numberOfDatasetsFigure(withLadder(records)),
  pairwiseOnLadder: () => pairwiseFigure(withLadder(pairs)),
  learningCurves: () => learningCurvesFigure(records),
  learningCurvesOfThree: () => learningCurvesFigure(records.slice(0, 3)),
  learningCurvesOfTriples: () => learningCurvesFigure(triples),
  confusionMenu: () => confusionMenu(triples),
  confusion: () => confusionFigure(records[records.length - 1]),
  againstImages: () => accuracyAgainst("imagesPerDataset", sweep, { paper: table4 }),
  againstModel: () => accuracyAgainst("model", sweep, { paper: table3 }),
  pairwise: () => pairwiseFigure(pairs),
  corruptions: () => corruptionsFigure(corruptions, { side: 64 }),
  evidence: () => evidenceFigure(audits),
  evidenceOfHalves: () => evidenceFigure(audits, "halves"),
  againstArchitecture: () =>
    accuracyAgainst("architecture", architectures, { x: architectureOf, paper: table3 }),
  againstImagesByArchitecture: () =>
    accuracyAgainst("imagesPerDataset", sweep, {
      line: ({ model }) => model === "cnn_small" ? "AlexNet" : "ConvNeXt",
      paper: figure3,
    }),
  featureMap: () => featureMapFigure(featureMap),
  principalComponents: () => featureMapFigure({ ...featureMap, axes: ["PC 1 (55%)", "PC 2 (<37%)"] }),
  pictures: () =>
    featureMapFigure({
      ...featureMap,
      pictures: picturedRows(featureMap).map((row) => ({ row, source: PICTURE })),
    }),
  userStudy: () => userStudyFigure([game]),
  userStudyUnplayed: () => userStudyFigure([{ ...game, answers: [] }]),
  againstImagesByAugmentation: () =>
    accuracyAgainst("imagesPerDataset", augmentations, { line: ({ model }) => `${model}`, paper: table4 }),
  selfSupervised: () => selfSupervisedFigure(table7Records()),
  semanticPhotographs: () => semanticFigure(table8Records(ofPhotographs), "CIFAR-10's classes"),
  semanticConcepts: () => semanticFigure(table8Records(ofConcepts, { classifiers: [0.08] }), "50 concepts"),
  crossDataset: () => crossDatasetFigure(crossRecords()),
  memorization: () => memorizationFigure(table6Records()),
  alike: () => alikeFigure(alikeRecords()),
  power: () => powerFigure({ chance: 0.5, effects: [0.01, 0.02, 0.05], n: 4000 }),
  againstParameters: () => accuracyAgainst("parameters", sweep, { paper: figure2 }),
};
