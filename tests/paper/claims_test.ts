import assert from "node:assert/strict";
import {
  allHold,
  type Claim,
  claimsOn,
  type Evidence,
  formatDifference,
  formatP,
  onceRun,
  pooledCounts,
  testClaims,
} from "../../src/paper/claims.ts";
import { wilson } from "../../src/stats/mod.ts";

Deno.test("onceRun: the test gets what was read; without it the claim is not shown, and says what is missing", () => {
  const onceTwo = onceRun(
    (evidence: readonly number[]) => evidence.filter((each) => each > 0),
    (positive, evidence) => positive.length < 2 ? `${positive.length} of ${evidence.length}` : undefined,
  );
  const claim: Claim<number> = {
    id: "sum",
    statement: "They add up.",
    source: "Table 0",
    paper: "3",
    test: onceTwo((positive) => ({
      ours: `${positive.reduce((a, b) => a + b)}`,
      verdict: "holds",
      reason: "sum",
    })),
  };
  const [[shown], [missing]] = [testClaims([claim], [1, -5, 2]), testClaims([claim], [1, -5])];
  assert.deepEqual([shown.verdict, shown.ours, shown.id], ["holds", "3", "sum"]);
  assert.deepEqual([missing.verdict, missing.ours, missing.reason], [
    "not shown at this scale",
    "–",
    "1 of 2",
  ]);
  assert.ok(!("test" in shown));
});

Deno.test("pooledCounts adds up; p-values and differences are written for readers", () => {
  assert.deepEqual(pooledCounts([{ correct: 3, n: 4 }, { correct: 1, n: 6 }]), wilson(4, 10));
  assert.deepEqual([formatP(0.0004), formatP(0.0123)], ["p < 0.001", "p = 0.012"]);
  const difference = { value: 0.081, low: 0.052, high: 0.11, p: 0 };
  assert.equal(formatDifference(difference), "8.1 points [5.2, 11.0]");
});

const claimOf = (
  id: string,
  evidence: Partial<Evidence>,
  rest: Partial<Claim<number>> = {},
): Claim<number> => ({
  id,
  statement: "It rises.",
  source: "Table 0",
  paper: "3",
  test: () => ({ ours: "1", reason: "a rise of 1", shown: 1, refuted: 1, ...evidence }),
  ...rest,
});

Deno.test("testClaims: shown holds, refuted does not, neither is open, and a small effect still holds", () => {
  const verdict = (evidence: Partial<Evidence>) => testClaims([claimOf("a", evidence)], [])[0].verdict;
  assert.equal(verdict({ shown: 0.01 }), "holds");
  assert.equal(verdict({ refuted: 0.01 }), "does not hold");
  assert.equal(verdict({}), "not shown at this scale");
  assert.equal(verdict({ shown: 0.01, refuted: 0.01 }), "holds");
});

Deno.test("testClaims: Holm over the claims of one call (the old rule: each by itself, both hold)", () => {
  const claims = [
    claimOf("a", { shown: 0.03 }),
    claimOf("b", { shown: 0.04, refuted: 0.9 }),
    claimOf("c", { refuted: 0.001 }),
  ];
  const tested = testClaims(claims, []);
  assert.deepEqual(tested.map(({ verdict }) => verdict), [
    "not shown at this scale",
    "not shown at this scale",
    "does not hold",
  ]);
  assert.equal(tested[0].reason, "a rise of 1; p = 0.090 for it, p = 1.000 against it, Holm over 3 claims");
  assert.equal(
    testClaims(claims.slice(0, 1), [])[0].reason,
    "a rise of 1; p = 0.030 for it, p = 1.000 against it",
  );
});

Deno.test("claimsOn: claims are tested on their own records, and corrected with the others", () => {
  const positive: Claim<number> = claimOf("own", {}, {
    test: ([first]) => ({ ours: `${first}`, reason: "a sign", shown: first > 0 ? 0.03 : 1, refuted: 1 }),
  });
  assert.equal(testClaims(claimsOn([7], [positive]), [])[0].verdict, "holds");
  const [other, own] = testClaims([claimOf("a", { shown: 0.001 }), ...claimsOn([7], [positive])], [-1]);
  assert.deepEqual([other.verdict, own.verdict, own.ours], ["holds", "holds", "7"]);
  const [, corrected] = testClaims([claimOf("a", { shown: 0.04 }), ...claimsOn([7], [positive])], [-1]);
  assert.equal(corrected.verdict, "not shown at this scale");
  assert.match(corrected.reason, /p = 0\.060 for it, .*Holm over 2 claims$/);
});

Deno.test("testClaims: what a gate keeps from being decided, or was not run, is not corrected for", () => {
  const gate = { verdict: "not shown: under-fitted", reason: "the network is under-fitted" } as const;
  const tested = testClaims([
    claimOf("a", { shown: 0.03 }),
    claimOf("b", { shown: 0.001, refuted: 0.001, gate }),
    claimOf("c", {}, { test: () => ({ ours: "–", verdict: "not shown at this scale", reason: "not run" }) }),
  ], []);
  assert.deepEqual(tested.map(({ verdict }) => verdict), [
    "holds",
    "not shown: under-fitted",
    "not shown at this scale",
  ]);
  assert.equal(tested[1].reason, "the network is under-fitted; a rise of 1");
});

Deno.test("testClaims: what was chosen after looking is said to be exploratory", () => {
  const [tested] = testClaims(
    [claimOf("a", { shown: 0.01 }, { exploratory: "its margin was chosen late" })],
    [],
  );
  assert.match(tested.reason, /^exploratory \(its margin was chosen late\): a rise of 1; p = 0\.010/);
  assert.ok(!("exploratory" in tested) && !("test" in tested));
});

Deno.test("allHold: shown by the least certain, refuted by any after Holm", () => {
  const parts = [{ shown: 0.01, refuted: 0.02 }, { shown: 0.03, refuted: 0.5 }];
  assert.deepEqual(allHold(parts), { shown: 0.03, refuted: 0.04 });
  assert.deepEqual(allHold(parts.slice(0, 1)), { shown: 0.01, refuted: 0.02 });
});
