import assert from "node:assert/strict";
import { appendixB, figure5, table1, table2, table2Series, table4 } from "../../src/paper/mod.ts";
import { paperRecipe } from "../../src/train/mod.ts";
import { table3, table5, table6, table7, table8, zeng } from "../../src/paper/mod.ts";
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

Deno.test("every accuracy is a percentage and every table says where it is from", () => {
  for (const table of [table2, table2Series, table3, table4, table5, table7, table8, zeng]) {
    assert.ok(table.source && table.caption);
    for (const { percent } of table.rows) assert.ok(percent > 0 && percent <= 100);
  }
  assert.equal(table6.rows.length, 4);
  assert.deepEqual([paperRecipe.batchSize, paperRecipe.epochs, appendixB.percent], [4096, 300, 81.8]);
});
