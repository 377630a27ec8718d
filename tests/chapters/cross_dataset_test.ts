import assert from "node:assert/strict";
import { crossDatasetFinding } from "../../src/chapters/cross_dataset/findings.ts";
import { crossDatasetClaims } from "../../src/chapters/cross_dataset/claims.ts";
import { crossDatasetFigure } from "../../src/chapters/cross_dataset/figure.ts";
import { generalisationOf, ownAdvantage, rowsOf } from "../../src/chapters/cross_dataset/records.ts";
import { testClaims } from "../../src/paper/mod.ts";
import { outcomeOf } from "../made/paper/outcome.ts";
import { crossRecords, type CrossShape, ofWords } from "../made/paper/cross_records.ts";
import { SOURCES, syntheticProbe, table7Records } from "../made/paper/probe_records.ts";
import type { ProbeRecord } from "../../src/experiments/mod.ts";
import { ICONS } from "../made/paper/records.ts";

const verdict = (id: string, shape: Partial<CrossShape>) =>
  outcomeOf(crossDatasetClaims, id, crossRecords(shape)).verdict;

Deno.test("cross-dataset: the matrix as Torralba & Efros print it, with the drop in per cent of the own", () => {
  const rows = rowsOf(generalisationOf(crossRecords({ own: () => 0.6, others: () => 0.3 }))!);
  assert.deepEqual(rows.map(({ trainedOn }) => trainedOn), ICONS);
  for (const { trainedOn, cells, self, others, drop } of rows) {
    assert.deepEqual(cells.map(({ value }) => value), ICONS.map((name) => name === trainedOn ? 0.6 : 0.3));
    assert.equal(self, 0.6);
    assert.ok(Math.abs(others - 0.3) < 1e-12 && Math.abs(drop - 0.5) < 1e-12);
    assert.equal(cells[0].n, 150, "three seeds with images of their own");
  }
});

Deno.test("cross-dataset: how hard a dataset's images are has no part in its network's advantage", () => {
  const easy = (name: string) => name === "carbon" ? 0.9 : 0.3;
  const found = generalisationOf(crossRecords({ own: easy, others: easy }))!;
  assert.equal(rowsOf(found).find(({ trainedOn }) => trainedOn === "carbon")!.self, 0.9);
  assert.ok(Math.abs(ownAdvantage(found, ["carbon"]).value) < 1e-12);
  assert.ok(Math.abs(ownAdvantage(found, ICONS).value) < 1e-12);
  assert.notEqual(verdict("own-dataset-better-everywhere", { own: easy, others: easy }), "holds");
});

Deno.test("cross-dataset: both claims hold on drops like Torralba & Efros's", () => {
  const tested = testClaims(crossDatasetClaims, crossRecords({ own: () => 0.54, others: () => 0.28 }));
  assert.deepEqual(tested.map(({ verdict }) => verdict), ["holds", "holds"]);
  assert.equal(tested[0].ours, "54.0% on the own dataset, 28.0% on others, 48% lower");
  assert.match(tested[0].reason, /26\.0 points \[.*n = 900 images, 3 seeds/);
});

Deno.test("own-dataset-better-everywhere: one dataset without an advantage leaves it open, a worse one refutes it", () => {
  const own = (carbon: number) => (name: string) => name === "carbon" ? carbon : 0.6;
  const id = "own-dataset-better-everywhere";
  assert.equal(verdict(id, { own: own(0.32) }), "not shown at this scale");
  assert.equal(verdict(id, { own: own(0.1) }), "does not hold");
  assert.equal(verdict("own-dataset-better", { own: own(0.1) }), "holds");
});

Deno.test("own-dataset-better: refuted where the advantage is certainly below the margin, which the reason names", () => {
  const equal = { own: () => 0.5, others: () => 0.5, images: 1000 };
  assert.equal(verdict("own-dataset-better", equal), "does not hold");
  assert.equal(verdict("own-dataset-better", { ...equal, images: 20 }), "not shown at this scale");
  assert.match(
    outcomeOf(crossDatasetClaims, "own-dataset-better", crossRecords(equal)).reason,
    /2\.0 points/,
  );
});

Deno.test("cross-dataset: nothing is shown unless each dataset has a network for the same seeds", () => {
  const whole = crossRecords();
  const isOpen = (records: readonly ProbeRecord[]) =>
    testClaims(crossDatasetClaims, records).every(({ ours }) => ours === "–");
  assert.ok(isOpen([]) && isOpen(whole.slice(1)) && isOpen(whole.slice(3)));
  assert.ok(isOpen(table7Records().slice(1) as ProbeRecord[]));
  // Probes, and a network of all datasets, belong to Table 8.
  const others = [SOURCES.random, SOURCES.endToEnd].map((source) => syntheticProbe(source, ofWords(), 0.5));
  assert.equal(generalisationOf([...others, ...whole])!.runs("mdi", "carbon").length, 3);
});

Deno.test("crossDatasetFigure: own datasets in bold on the diagonal, the others' mean and the drop at the right", () => {
  const { data: [cells], layout } = crossDatasetFigure(crossRecords());
  const texts = cells.text as string[][];
  texts.forEach((row, r) => {
    assert.equal(row.length, ICONS.length + 2);
    row.slice(0, ICONS.length).forEach((text, c) => assert.equal(text.startsWith("<b>60.0%"), r === c));
    assert.deepEqual(row.slice(-2), ["30.0%", "−50%"]);
  });
  assert.match(JSON.stringify(layout), /tested on/);
  assert.throws(() => crossDatasetFigure(crossRecords().slice(1)), /for the same seeds/);
});

Deno.test("crossDatasetFinding: networks that are better at home, and some that are not", () => {
  const found = crossDatasetFinding(crossRecords());
  assert.match(
    found,
    /^On the same \d+ images a dataset's own network is 30\.0 points \[.*\] above those of the others\. /,
  );
  assert.match(
    found,
    /Accuracy is 60\.0% at home and 30\.0% elsewhere \(chance 25\.0%\)\. .* from 50% \(.*\) to 50%/,
  );
  assert.match(
    crossDatasetFinding(crossRecords({ own: () => 0.3 })),
    /own network is not clear of those of the others/,
  );
  assert.match(crossDatasetFinding([]), /^A network of each dataset, .* was not run\.$/);
});
