import { accuracyAgainst, combinationsFigure, confusionFigure } from "../../src/figures/mod.ts";
import { type FeatureMap, featureMapFigure } from "../../src/figures/mod.ts";
import { alikeFigure, memorizationFigure, powerFigure } from "../../src/figures/mod.ts";
import { type Figure, learningCurvesFigure, numberOfDatasetsFigure } from "../../src/figures/mod.ts";
import { figure2, table3, table4 } from "../../src/paper/mod.ts";
import { alikeRecords } from "../paper/alike_records.ts";
import { table6Records } from "../paper/pseudo_records.ts";
import { iconRecords, ICONS, syntheticRecord } from "../paper/records.ts";

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

/** Every figure, each from records that it is meant for. */
export const FIGURES: Record<string, () => Figure> = {
  combinations: () => combinationsFigure(records),
  numberOfDatasets: () => numberOfDatasetsFigure(records),
  learningCurves: () => learningCurvesFigure(records),
  learningCurvesOfThree: () => learningCurvesFigure(records.slice(0, 3)),
  confusion: () => confusionFigure(records[records.length - 1]),
  againstImages: () => accuracyAgainst("imagesPerDataset", sweep, { paper: table4 }),
  againstModel: () => accuracyAgainst("model", sweep, { paper: table3 }),
  featureMap: () => featureMapFigure(featureMap),
  principalComponents: () => featureMapFigure({ ...featureMap, axes: ["PC 1 (55%)", "PC 2 (<37%)"] }),
  memorization: () => memorizationFigure(table6Records()),
  alike: () => alikeFigure(alikeRecords()),
  power: () => powerFigure({ chance: 0.5, effects: [0.01, 0.02, 0.05], n: 4000 }),
  againstParameters: () => accuracyAgainst("parameters", sweep, { paper: figure2 }),
};
