import assert from "node:assert/strict";
import {
  besideChance,
  changeInWords,
  countAboveChance,
  inSentences,
  orderInWords,
} from "../../src/paper/mod.ts";

const change = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });

Deno.test("inSentences: a capital and a stop each, and none for what has nothing to say", () => {
  assert.equal(inSentences("a is b", undefined, "c is d"), "A is b. C is d.");
});

Deno.test("besideChance: above and below only where the whole interval is", () => {
  assert.equal(besideChance({ low: 0.34, high: 0.4 }, 1 / 3), "above chance, 33.3%");
  assert.equal(besideChance({ low: 0.2, high: 0.3 }, 1 / 3), "below chance, 33.3%");
  assert.equal(besideChance({ low: 0.3, high: 0.4 }, 1 / 3), "not clear of chance, 33.3%");
});

Deno.test("countAboveChance: counts whole intervals, and names every chance", () => {
  const at = (low: number, chance: number) => ({ accuracy: { low, high: low + 0.1 }, chance });
  assert.equal(
    countAboveChance("runs", [at(0.6, 0.5), at(0.45, 0.5), at(0.45, 0.25)]),
    "the intervals of 2 of 3 runs lie above chance, 50.0% or 25.0%",
  );
});

Deno.test("changeInWords: a rise, a fall, and neither where the interval holds none", () => {
  const over = "from 3 to 6 datasets";
  assert.equal(changeInWords(change(0.08), over), "rises by 8.0 points [6.0, 10.0] from 3 to 6 datasets");
  assert.equal(changeInWords(change(-0.08), over), "falls by 8.0 points [6.0, 10.0] from 3 to 6 datasets");
  assert.equal(
    changeInWords(change(0.01), over),
    "does not clearly change from 3 to 6 datasets: 1.0 points [-1.0, 3.0]",
  );
});

Deno.test("orderInWords: above, below, or not clear of each other", () => {
  assert.equal(orderInWords("a", change(0.08), "b"), "a is 8.0 points [6.0, 10.0] above b");
  assert.equal(orderInWords("a", change(-0.08), "b"), "a is 8.0 points [6.0, 10.0] below b");
  assert.match(orderInWords("a", change(0.01), "b"), /^a is not clear of b: the difference is 1\.0 points/);
});
