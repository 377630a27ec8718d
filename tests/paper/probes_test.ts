import assert from "node:assert/strict";
import { baseline, type FineTuning, fineTuning, type FineTuningRecord } from "../../src/experiments/mod.ts";
import { featuresName, probePoints, testClaims } from "../../src/paper/mod.ts";
import { selfSupervisedClaims } from "../../src/chapters/self_supervised/claims.ts";
import { selfSupervisedFigure } from "../../src/chapters/self_supervised/figure.ts";
import { wilson } from "../../src/stats/mod.ts";
import { ofDatasets, probeOutcomes, SOURCES, table7Records } from "../made/paper/probe_records.ts";

const preset = "smoke";

/** A record of a fine-tuning that never was. */
function syntheticFineTuning(start: FineTuning["start"], accuracy: number): FineTuningRecord {
  return {
    hash: "0123456789abcdef",
    experiment: fineTuning({ start, task: ofDatasets, preset, model: "vit_micro" }),
    epochs: [],
    result: {
      accuracy: wilson(Math.round(accuracy * 1500), 1500),
      chance: 1 / 3,
      classes: ["a", "b", "c"],
      parameters: 1000,
      seconds: 3,
      engine: "TensorFlow 2.21.0, CPU",
      finishedAt: "2026-11-24T04:00:00.000Z",
    },
    outcomes: probeOutcomes(ofDatasets, 1500, Math.round(accuracy * 1500), "fine-tuned"),
  };
}

Deno.test("a fine-tuned network is a row of its own, beside none of the paper's", () => {
  const fineTuned = syntheticFineTuning(SOURCES.maeElsewhere, 0.9);
  const points = probePoints([...table7Records(), fineTuned]);
  const point = points.find(({ kind }) => kind === "fine-tuned")!;
  assert.deepEqual([point.name, point.accuracy.value], ["MAE on cifar10, fine-tuned", 0.9]);
  const paperDots = (records: Parameters<typeof selfSupervisedFigure>[0]) =>
    selfSupervisedFigure(records).data[1].x;
  assert.deepEqual(paperDots([...table7Records(), fineTuned]), paperDots(table7Records()));
  const classifier = baseline({ datasets: ["tabler", "mdi"], preset });
  const others: FineTuning["start"][] = [
    { from: "run", experiment: classifier },
    { from: "file", path: "/weights/mae.safetensors" },
  ];
  assert.deepEqual(others.map((start) => featuresName(syntheticFineTuning(start, 0.5))), [
    "classifier of tabler + mdi, fine-tuned",
    "mae.safetensors, fine-tuned",
  ]);
});

Deno.test("the claims about probes do not count it", () => {
  const fineTuned = syntheticFineTuning(SOURCES.maeElsewhere, 0.1);
  const records = table7Records();
  assert.deepEqual(
    testClaims(selfSupervisedClaims, [...records, fineTuned]),
    testClaims(selfSupervisedClaims, records),
  );
});
