import assert from "node:assert/strict";
import { architectureClaims } from "../../src/chapters/architectures/claims.ts";
import { augmentationClaims } from "../../src/chapters/augmentation/claims.ts";
import { combinationClaims } from "../../src/chapters/combinations/claims.ts";
import { corruptionClaims } from "../../src/chapters/corruptions/claims.ts";
import { dataSizeClaims } from "../../src/chapters/data_size/claims.ts";
import { modelSizeClaims } from "../../src/chapters/model_size/claims.ts";
import { pseudoDatasetClaims } from "../../src/chapters/pseudo_datasets/claims.ts";
import { sameDistributionClaims } from "../../src/chapters/same_distribution/claims.ts";
import { selfSupervisedClaims } from "../../src/chapters/self_supervised/claims.ts";
import { semanticClaims } from "../../src/chapters/semantic_transfer/claims.ts";
import { userStudyClaims } from "../../src/chapters/user_study/claims.ts";
import { datasetsOf, readManifest } from "../../src/data/mod.ts";
import { baseline } from "../../src/experiments/mod.ts";
import { appendixB } from "../../src/paper/appendix.ts";
import {
  figure2,
  figure3,
  figure5,
  type PaperRow,
  type PaperTable,
  saleknia,
  table1,
  table2,
  table2Series,
  table3,
  table4,
  table5,
  table6,
  table7,
  table8,
  zeng,
} from "../../src/paper/tables.ts";
import { paperRecipe } from "../../src/train/mod.ts";
import { triples } from "../made/paper/records.ts";

Deno.test("Table 2: every three-way combination of Table 1's datasets, once, as the paper sums it up", () => {
  const symbols = table1.rows.map(({ symbol }) => symbol);
  const expected = triples(symbols).map((triple) => triple.join(""));
  assert.deepEqual(table2.rows.map(({ name }) => name), expected);
  const percents = table2.rows.map(({ percent }) => percent);
  assert.equal(percents.filter((percent) => percent > 80).length, 16);
  assert.equal(Math.min(...percents), 62.8);
  assert.equal(Math.max(...percents), 92.7);
});

Deno.test("YCD at 1M with the default network is 84.7% wherever it is printed", () => {
  const printed = [
    table2.rows.find(({ name }) => name === "YCD"),
    table2Series.rows[0],
    table3.rows.find(({ name }) => name === "ConvNeXt-T"),
    table4.rows.findLast(({ imagesPerDataset }) => imagesPerDataset === 1_000_000),
    table5.rows[0],
  ];
  for (const row of printed) assert.equal(row?.percent, 84.7);
});

Deno.test("the series has one dataset more each time; Table 4 is complete", () => {
  for (const { name, datasets } of table2Series.rows) assert.equal(name.length, datasets);
  assert.equal(table4.rows.length, 12);
});

Deno.test("Figure 5: the histogram adds up to the 20 people", () => {
  assert.equal(figure5.histogram.reduce((sum, { users }) => sum + users, 0), figure5.people);
});

Deno.test("every table has the paper's number of rows, each with a name of its own and a percentage to one decimal", () => {
  const lengths: [PaperTable<PaperRow>, number][] = [
    [table2, 20],
    [table2Series, 4],
    [table3, 5],
    [figure2, 2],
    [table4, 12],
    [figure3, 4],
    [table5, 9],
    [table7, 3],
    [table8, 7],
    [zeng, 20],
  ];
  for (const [{ source, caption, rows }, length] of lengths) {
    assert.match(source, /^(Tables? \d|Figure \d|Zeng, Yin & Liu)/);
    assert.ok(caption.length > 10, source);
    assert.equal(rows.length, length, source);
    const places = rows.map((row) => JSON.stringify({ ...row, percent: 0 }));
    assert.equal(new Set(places).size, length, source);
    for (const { name, percent } of rows) {
      assert.ok(percent >= 6.7 && percent <= 92.7, `${source}, ${name}: ${percent}`);
      assert.equal(Math.round(10 * percent), Number((10 * percent).toFixed(6)), `${source}, ${name}`);
    }
  }
});

Deno.test("Table 4: augmentation and images gain what the paper says of them", () => {
  const at = (name: string, images: number) =>
    table4.rows.find((row) => row.name === name && row.imagesPerDataset === images)!.percent;
  const names = [...new Set(table4.rows.map(({ name }) => name))];
  const gains = names.map((name) => (at(name, 1_000_000) - at(name, 10_000)).toFixed(1));
  assert.deepEqual(gains, ["33.6", "18.1", "14.8", "12.3"]);
  const [none, all] = [names[0], names[3]];
  const ofAll = [10_000, 1_000_000].map((images) => (at(all, images) - at(none, images)).toFixed(1));
  assert.deepEqual(ofAll, ["29.2", "7.9"]);
});

Deno.test("Table 6: training fails from 100K images a set, with augmentation from 10K", () => {
  const fails = (column: "withoutAugmentation" | "withAugmentation") =>
    table6.rows.filter((row) => row[column] === null).map(({ imagesPerSet }) => imagesPerSet);
  assert.deepEqual(fails("withoutAugmentation"), [100_000]);
  assert.deepEqual(fails("withAugmentation"), [10_000, 100_000]);
  assert.equal(table6.rows.length, 4);
});

Deno.test("claims: every percentage that one quotes of the paper is printed in a table, or is chance", () => {
  const tables = [table2, table3, table2Series, figure2, table4, table5, table7, table8];
  const printed = new Set(tables.flatMap(({ rows }) => rows.map(({ percent }) => percent.toFixed(1))));
  for (const percent of [figure5.meanPercent, appendixB.percent, 100 / 3]) printed.add(percent.toFixed(1));
  const claims = [
    ...[architectureClaims, augmentationClaims, combinationClaims, corruptionClaims, dataSizeClaims].flat(),
    ...[modelSizeClaims, pseudoDatasetClaims, sameDistributionClaims, selfSupervisedClaims, semanticClaims]
      .flat(),
    ...userStudyClaims,
  ];
  const quoted = claims.flatMap(({ id, paper }) =>
    [...paper.matchAll(/(\d+\.\d)%/g)].map(([, percent]) => ({ id, percent }))
  );
  assert.ok(quoted.length > 40);
  assert.deepEqual(quoted.filter(({ percent }) => !printed.has(percent)), []);
});

Deno.test("the collection `paper` has Table 1's letters in its order, and the images that its experiments ask for", () => {
  const datasets = datasetsOf("paper");
  assert.deepEqual(
    datasets.map((name) => readManifest(name).symbol),
    table1.rows.map(({ symbol }) => symbol),
  );
  const { imagesPerDataset, validationPerDataset } = baseline({ datasets, preset: "paper" });
  for (const name of datasets) {
    const { images, sampling } = readManifest(name);
    const kept = sampling?.images ?? images;
    assert.ok(kept > imagesPerDataset + validationPerDataset && kept <= images, name);
  }
});

Deno.test("Figure 5: the two people above 50% must be near 58%, as the mean has it", () => {
  const { people, imagesEach, meanPercent, histogram, foundDifficult, withComputerVisionExperience } =
    figure5;
  assert.ok(foundDifficult <= people && withComputerVisionExperience <= people);
  assert.equal(imagesEach, 100); // so that accuracies are whole per cents, and the last of a bin is below its end
  const bounded = histogram.filter(({ to }) => to !== null);
  const others = bounded.reduce((sum, { from, to, users }) => sum + users * (from + to! - 1) / 2, 0);
  const { users } = histogram.find(({ to }) => to === null)!;
  assert.equal(((people * meanPercent - others) / users).toFixed(1), "58.5");
});

Deno.test("successors: what is known to have been repeated has its deviation", () => {
  const known = zeng.rows.filter(({ deviation }) => deviation !== undefined);
  assert.deepEqual(known.map(({ percent, deviation }) => `${percent.toFixed(1)} ± ${deviation}`), [
    "82.0 ± 0.3",
    "71.0 ± 0.2",
    "79.9 ± 0.2",
    "65.2 ± 1.4",
    "79.2 ± 0.2",
    "70.4 ± 0.5",
    "48.5 ± 0.7",
  ]);
  assert.equal(zeng.rows.at(-1)!.percent, 58.1);
});

Deno.test("successors: clustering without labels is hardly better than people, images without semantics are told apart", () => {
  const { clusteringPercent, withoutSemanticsPercent } = saleknia;
  assert.ok(clusteringPercent > figure5.meanPercent && clusteringPercent < figure5.meanPercent + 2);
  assert.ok(withoutSemanticsPercent.every((percent) => percent > clusteringPercent));
});

Deno.test("Appendices A and B: 4096 images a batch, 300 epochs; 81.8%", () => {
  assert.deepEqual([paperRecipe.batchSize, paperRecipe.epochs, appendixB.percent], [4096, 300, 81.8]);
});
