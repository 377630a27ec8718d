import assert from "node:assert/strict";
import { selfSupervisedFinding } from "../../src/chapters/self_supervised/findings.ts";
import { selfSupervisedClaims } from "../../src/chapters/self_supervised/claims.ts";
import { selfSupervisedFigure } from "../../src/chapters/self_supervised/figure.ts";
import { type ProbedRecord, table7, testClaims } from "../../src/paper/mod.ts";
import { named, texts } from "../made/figures/traces.ts";
import { table7Records, type Table7Shape } from "../made/paper/probe_records.ts";
import { ICONS, syntheticOutcomes, withSeeds } from "../made/paper/records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

function outcome(id: string, shape: Partial<Table7Shape>) {
  return outcomeOf(selfSupervisedClaims, id, withSeeds<ProbedRecord>(table7Records(shape)));
}

const verdict = (id: string, shape: Partial<Table7Shape>) => outcome(id, shape).verdict;

Deno.test("self-supervised claims: all hold on the paper's numbers", () => {
  const tested = testClaims(selfSupervisedClaims, withSeeds<ProbedRecord>(table7Records()));
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(4).fill("holds"));
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
  assert.equal(new Set(tested.map(({ id }) => id)).size, tested.length);
});

Deno.test("self-supervised claims: nothing is shown without runs, nor with the supervised run alone", () => {
  for (const records of [[], table7Records().slice(0, 1)]) {
    for (const { verdict, ours } of testClaims(selfSupervisedClaims, records)) {
      assert.deepEqual([verdict, ours], ["not shown at this scale", "–"]);
    }
  }
});

Deno.test("mae-above-chance: refuted by one that is certainly at chance, open in small samples", () => {
  assert.equal(verdict("mae-above-chance", { maeHere: 0.334, n: 3000 }), "does not hold");
  assert.equal(verdict("mae-above-chance", { maeHere: 0.38, n: 90 }), "not shown at this scale");
});

Deno.test("mae-above-untrained: every control must be beaten by both; one that wins refutes it", () => {
  assert.equal(verdict("mae-above-untrained", { histogram: 0.76 }), "not shown at this scale");
  assert.equal(verdict("mae-above-untrained", { histogram: 0.84 }), "does not hold");
  assert.match(
    outcome("mae-above-untrained", {}).reason,
    /of 6 paired differences, clustered by image, the least is/,
  );
});

Deno.test("mae-below-supervised: refuted where a probe is above, open where they are close", () => {
  assert.equal(verdict("mae-below-supervised", { maeHere: 0.9 }), "does not hold");
  assert.equal(verdict("mae-below-supervised", { maeHere: 0.82 }), "not shown at this scale");
});

Deno.test("own-images-as-good: equal is as good where the sample is large enough to say so", () => {
  assert.equal(verdict("own-images-as-good", { maeHere: 0.762, n: 9000 }), "holds");
  assert.equal(verdict("own-images-as-good", { maeHere: 0.762, n: 300 }), "not shown at this scale");
  assert.equal(verdict("own-images-as-good", { maeHere: 0.7 }), "does not hold");
});

Deno.test("mae-above-untrained: a small difference is shown where it is on the same images each time", () => {
  const shape = { maeElsewhere: 0.762, maeHere: 0.784, histogram: 0.74 };
  // Two independent samples of 1,500 allow either; the rule of before took them for such.
  assert.equal(verdict("mae-above-untrained", shape), "not shown at this scale");
  const nested = table7Records(shape).map((record): ProbedRecord => ({
    ...record,
    outcomes: syntheticOutcomes(ICONS.slice(0, 3), 500, record.result.accuracy.correct, "one order"),
  }));
  assert.equal(outcomeOf(selfSupervisedClaims, "mae-above-untrained", withSeeds(nested)).verdict, "holds");
  const once = outcomeOf(selfSupervisedClaims, "mae-above-untrained", nested);
  assert.equal(
    once.verdict,
    "not shown at this scale",
    "the luck of one seed may make it; the old rule: holds",
  );
  assert.match(once.reason, /\(one seed: up to 3\.9 points may be luck and count as nothing\)/);
});

Deno.test("mae-below-supervised: a supervised network that is under-fitted refutes nothing", () => {
  const shape = { supervised: 0.7, training: 0.71, maeHere: 0.8 };
  assert.equal(verdict("mae-below-supervised", shape), "not shown at this scale");
  assert.match(outcome("mae-below-supervised", shape).reason, /not refutable, since .* under-fitted/);
  assert.equal(verdict("mae-below-supervised", { ...shape, training: 0.9 }), "does not hold");
  const ahead = { supervised: 0.85, training: 0.85 };
  assert.equal(verdict("mae-below-supervised", ahead), "holds", "it is ahead all the same");
});

Deno.test("own-images-as-good: seeds that show the same images are not more images", () => {
  const once: ProbedRecord[] = table7Records({ maeHere: 0.762 });
  const { verdict, reason } = outcomeOf(selfSupervisedClaims, "own-images-as-good", withSeeds(once));
  assert.equal(verdict, "not shown at this scale");
  assert.match(reason, /4 seeds.*as good means less than 2\.0 points below/);
  const some = withSeeds(once).filter(({ experiment }, i) =>
    i < once.length || experiment.kind === "classifier" || i % once.length === 1
  );
  assert.match(
    outcomeOf(selfSupervisedClaims, "own-images-as-good", some).reason,
    /4 seeds, one seed of MAE on these datasets/,
  );
});

Deno.test("selfSupervisedFigure: ours in their order, the paper's beside those that correspond", () => {
  const { data, layout } = selfSupervisedFigure(table7Records());
  const [ours] = named({ data, layout }, /^ours/);
  const [paper] = named({ data, layout }, /^the paper/);
  const fromTop = (values: unknown) => (values as number[]).toReversed().map(Math.round);
  assert.deepEqual(fromTop(ours.x), [83, 76, 78, 50, 45, 48]);
  assert.deepEqual(fromTop(paper.x), table7.rows.map(({ percent }) => Math.round(percent)));
  assert.deepEqual(fromTop(paper.y), fromTop(ours.y).slice(0, 3));
  assert.match(texts((layout.yaxis as { ticktext: string[] }).ticktext).join(), /MAE on cifar10/);
});

Deno.test("selfSupervisedFinding: between random weights and supervision, or no better than either", () => {
  const found = selfSupervisedFinding(table7Records());
  assert.match(
    found,
    /^The intervals of 2 of 2 autoencoders lie above chance, 33\.3%: the best, MAE on these datasets/,
  );
  assert.match(
    found,
    /It is 28\.4 points .* above random weights, .* It is 4\.5 points .* below full supervision/,
  );
  const level = selfSupervisedFinding(table7Records({ maeHere: 0.5, maeElsewhere: 0.34, random: 0.501 }));
  assert.match(level, /of 1 of 2 autoencoders .* It is not clear of random weights/);
  assert.match(selfSupervisedFinding([]), /^No features/);
});
