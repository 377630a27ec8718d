import assert from "node:assert/strict";
import { pairClaims, testClaims } from "../../src/paper/mod.ts";
import { iconRecords, pairRecords } from "../made/paper/records.ts";

const verdicts = (close: number, apart: number, validationPerDataset?: number) =>
  testClaims(pairClaims, pairRecords({ close, apart }, validationPerDataset)).map(({ verdict }) => verdict);

Deno.test("pair claims: hold where every pair is above chance and some are harder", () => {
  assert.deepEqual(verdicts(0.7, 0.9), ["holds", "holds"]);
  const [, differ] = testClaims(pairClaims, pairRecords({ close: 0.7, apart: 0.9 }));
  assert.match(differ.ours, /^70.0% \(mdi \+ remix\) to 90.0%/);
});

Deno.test("pair claims: refuted by pairs that are certainly at chance, and by equal pairs", () => {
  assert.deepEqual(verdicts(0.5, 0.9, 2000), ["does not hold", "holds"]);
  assert.deepEqual(verdicts(0.8, 0.8, 2000), ["holds", "does not hold"]);
});

Deno.test("pair claims: not shown by few images", () => {
  assert.deepEqual(verdicts(0.55, 0.6, 10), ["not shown at this scale", "not shown at this scale"]);
});

Deno.test("pair claims: not run without every pair; combinations of three are not pairs", () => {
  for (const records of [iconRecords(), pairRecords({ close: 0.7, apart: 0.9 }).slice(1)]) {
    for (const { verdict, reason } of testClaims(pairClaims, records)) {
      assert.equal(verdict, "not shown at this scale");
      assert.match(reason, /^(0 of 1|14 of 15) pairs were run$/);
    }
  }
});
