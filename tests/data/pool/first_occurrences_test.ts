import assert from "node:assert/strict";
import fc from "fast-check";
import { FirstOccurrences } from "../../../src/data/pool/first_occurrences.ts";

/** The place of each text by a map. */
function byMap(texts: readonly string[]): number[] {
  const first = new Map<string, number>();
  return texts.map((text, i) => first.get(text) ?? (first.set(text, i), i));
}

function byTable(texts: readonly string[]): number[] {
  const first = new FirstOccurrences();
  return texts.map((text, i) => first.of(text, i));
}

Deno.test("a text's first place is what a map of the texts says", () => {
  const few = fc.string({ unit: fc.constantFrom("a", "ü", "\0", "\n"), maxLength: 3 });
  fc.assert(fc.property(fc.array(fc.oneof(few, fc.string())), (texts) => {
    assert.deepEqual(byTable(texts), byMap(texts));
  }));
});

Deno.test("it stays so while the table grows, whatever texts come again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 97 }), (different, step) => {
      const texts = Array.from({ length: 20_000 }, (_, i) => `${(i * step) % different}`);
      assert.deepEqual(byTable(texts), byMap(texts));
    }),
    { numRuns: 20 },
  );
});

Deno.test("places need not come in order, nor be different", () => {
  const first = new FirstOccurrences();
  const given: [string, number][] = [["a", 9], ["b", 0], ["a", 3], ["b", 0], ["c", 9], ["c", 1]];
  assert.deepEqual(given.map(([text, place]) => first.of(text, place)), [9, 0, 9, 0, 9, 9]);
});
