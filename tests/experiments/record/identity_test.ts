import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../../../src/experiments/mod.ts";

Deno.test("canonical JSON is JSON, and blind to the order of keys", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
  }));
  assert.equal(
    canonicalJson({ b: 1, a: { d: 1, c: [2, 1] } }),
    canonicalJson({ a: { c: [2, 1], d: 1 }, b: 1 }),
  );
});
