/** Ridge scores of many assignments at once: against one at a time, and on rows where the answer is known. */
import assert from "node:assert/strict";
import { ridgeScores } from "../../src/probe/mod.ts";
import { random, rocArea } from "../../src/stats/mod.ts";
import { startEngine } from "../../src/tensorflow/mod.ts";

await startEngine();

/** Rows of normal numbers; those of the first half are moved along the first column. */
function rowsOf(rows: number, columns: number, shift: number) {
  const stream = random(17, rows, columns);
  const labels = Int8Array.from({ length: rows }, (_, i) => i < rows / 2 ? 1 : -1);
  const values = Float32Array.from(
    { length: rows * columns },
    (_, i) => stream.normal() + (i % columns === 0 && i / columns < rows / 2 ? shift : 0),
  );
  return { values, rows, columns, labels, folds: Int32Array.from(labels, (_, i) => i % 4) };
}

Deno.test("a shift of one column is found, by few columns and by more columns than rows", async () => {
  for (const columns of [3, 400]) {
    const { labels, ...data } = rowsOf(120, columns, 3);
    const area = rocArea(await ridgeScores(data, labels, 1), labels);
    assert.ok(area > (columns === 3 ? 0.95 : 0.65), `${columns}: ${area}`);
  }
});

Deno.test("a difference in spread alone is found", async () => {
  const { labels, values, ...data } = rowsOf(300, 2, 0);
  const wide = values.map((value, i) => i < values.length / 2 ? 3 * value : value);
  const area = rocArea(await ridgeScores({ ...data, values: wide }, labels, 1), labels);
  assert.ok(area > 0.75, `${area}`);
});

Deno.test("assignments do not know of each other, and exchanged labels give opposite scores", async () => {
  for (const columns of [5, 200]) {
    const { labels, ...data } = rowsOf(80, columns, 1);
    const stream = random(3);
    const other = labels.map(() => stream.below(2) * 2 - 1);
    const opposite = labels.map((label) => -label);
    const together = await ridgeScores(data, Int8Array.from([...labels, ...other, ...opposite]), 1);
    const [first, second, third] = [0, 1, 2].map((a) => together.subarray(80 * a, 80 * (a + 1)));
    const close = (a: Float32Array, b: Float32Array) =>
      a.forEach((score, i) => assert.ok(Math.abs(score - b[i]) < 1e-3, `${score} ${b[i]}`));
    close(await ridgeScores(data, labels, 1), first);
    close(await ridgeScores(data, other, 1), second);
    close(first.map((score) => -score), third);
  }
});

Deno.test("the label of a row has no part in its score", async () => {
  const { labels, ...data } = rowsOf(60, 4, 1);
  const changed = labels.map((label, i) => data.folds[i] === 2 ? -label : label);
  const [before, after] = [await ridgeScores(data, labels, 1), await ridgeScores(data, changed, 1)];
  data.folds.forEach((fold, i) => fold === 2 && assert.ok(Math.abs(before[i] - after[i]) < 1e-4));
});

Deno.test("however unequal the classes are, 0 lies between them", async () => {
  const { labels, ...data } = rowsOf(400, 2, 4);
  const few = {
    ...data,
    values: data.values.subarray(0, 2 * 220),
    rows: 220,
    folds: data.folds.subarray(0, 220),
  };
  const own = labels.subarray(0, 220); // 200 of one, 20 of the other
  const scores = await ridgeScores(few, own, 1);
  const right = (label: number) => {
    const rows = [...own.keys()].filter((i) => own[i] === label);
    return rows.filter((i) => Math.sign(scores[i]) === label).length / rows.length;
  };
  assert.ok(right(1) > 0.8 && right(-1) > 0.8, `${right(1)} ${right(-1)}`);
});

Deno.test("rows that are all the same get 0, and so do rows that are in no fold", async () => {
  const labels = Int8Array.from([1, 1, 1, 1, -1, -1, -1, -1]);
  const folds = Int32Array.from([0, 0, 1, 1, 0, 0, 1, 1]);
  const values = new Float32Array(16).fill(7);
  assert.deepEqual(
    [...await ridgeScores({ values, rows: 8, columns: 2, folds }, labels, 1)],
    new Array(8).fill(0),
  );
  const { labels: own, ...data } = rowsOf(40, 3, 2);
  const scores = await ridgeScores({ ...data, folds: data.folds.map((fold) => fold < 2 ? 0 : -1) }, own, 1);
  data.folds.forEach((fold, i) => assert.equal(scores[i] === 0, fold >= 2));
});
