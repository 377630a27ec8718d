import assert from "node:assert/strict";
import fc from "fast-check";
import { agreementTest, permutation, random, renamingTest } from "../../src/stats/mod.ts";

const counts = (size: number, most: number) =>
  fc.array(fc.array(fc.nat(most), { minLength: size, maxLength: size }), {
    minLength: size,
    maxLength: size,
  });

/** The table of classes and answers, image by image. */
function tableOf(classes: ArrayLike<number>, answers: ArrayLike<number>, size: number): number[][] {
  const table = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < classes.length; i++) table[classes[i]][answers[i]]++;
  return table;
}

Deno.test("agreementTest: as drawing permutations of the classes", () => {
  const draw = random(1);
  const classes = Array.from({ length: 300 }, (_, i) => i % 3);
  for (const skew of [0.1, 0.3, 0.5]) {
    // Answers that prefer one class, which a binomial test against 1/3 does not know of.
    const answers = classes.map(() => draw.uniform() < skew ? 0 : draw.below(3));
    const observed = tableOf(classes, answers, 3);
    const agreements = (order: Uint32Array) =>
      classes.reduce((total, _, i) => total + Number(classes[order[i]] === answers[i]), 0);
    const { statistic, p } = agreementTest(observed);
    let more = 0;
    for (let i = 0; i < 4000; i++) more += Number(agreements(permutation(300, 7, i)) >= statistic);
    assert.ok(Math.abs(p - more / 4000) < 0.035, `${p} and ${more / 4000}`);
  }
});

Deno.test("agreementTest: one answer throughout says nothing, all right nearly everything", () => {
  assert.deepEqual(agreementTest([[50, 0, 0], [50, 0, 0], [50, 0, 0]]), { statistic: 50, p: 1 });
  assert.ok(agreementTest([[50, 0, 0], [0, 50, 0], [0, 0, 50]]).p < 1e-20);
});

Deno.test("renamingTest: the mean of its distribution is chance, and p that of counting by hand", () => {
  assert.equal(renamingTest([[[3, 1], [1, 3]]]).p, 1 / 2);
  assert.equal(renamingTest([[[3, 1], [1, 3]], [[4, 0], [2, 2]]]).p, 1 / 4);
  assert.equal(renamingTest([[[3, 1], [1, 3]], [[0, 4], [2, 2]]]).p, 3 / 4);
  assert.equal(renamingTest([[[2, 2], [2, 2]]]).p, 1);
});

Deno.test("renamingTest: under any exchange of names it rejects no more often than it says", () => {
  fc.assert(
    fc.property(
      fc.array(counts(3, 60), { minLength: 1, maxLength: 3 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (confusions, level) => {
        const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let all: number[][][][] = [[]];
        for (const confusion of confusions) {
          const renamed = orders.map((order) => confusion.map((row) => order.map((name) => row[name])));
          all = all.flatMap((made) => renamed.map((one) => [...made, one]));
        }
        const rejected = all.filter((made) => renamingTest(made).p <= level).length;
        assert.ok(rejected / all.length <= level + 1e-9);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("renamingTest: classes whose images are called alike do not make it sure, as they make agreementTest", () => {
  const clumped = [[80, 10, 10], [10, 80, 10], [10, 10, 80]];
  assert.ok(agreementTest(clumped).p < 1e-10);
  assert.equal(renamingTest([clumped]).p, 1 / 6);
  assert.ok(renamingTest(Array(10).fill(clumped)).p < 1e-7);
});
