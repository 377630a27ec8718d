import assert from "node:assert/strict";
import { optOutDirective } from "../../src/fetch/download.ts";

const refuses = (...values: string[]) => optOutDirective(values, "name-that-dataset") !== undefined;

Deno.test("the four directives opt out, in any case and among others", () => {
  for (const directive of ["noai", "noimageai", "noindex", "noimageindex", "NoAI"]) {
    assert.ok(refuses(directive), directive);
  }
  assert.ok(refuses("nofollow, noai"));
  assert.ok(refuses("all", " noindex "));
  assert.ok(refuses("max-snippet: 5, noai"));
  assert.ok(refuses("noai, max-image-preview: large"));
});

Deno.test("others do not", () => {
  for (
    const value of [
      "",
      "all",
      "nofollow",
      "noarchive",
      "unavailable_after: 25 Jun 2027 15:00:00 PST",
      "noaix",
    ]
  ) {
    assert.ok(!refuses(value), value);
  }
});

Deno.test("what is meant for one agent is obeyed by that agent, up to the next", () => {
  assert.ok(refuses("name-that-dataset: noai"));
  assert.ok(refuses("Name-That-Dataset: nofollow, noimageai"));
  assert.ok(refuses("*: noai"));
  assert.ok(!refuses("googlebot: noindex"));
  assert.ok(!refuses("googlebot: noindex, nofollow"));
  assert.ok(refuses("googlebot: noindex, name-that-dataset: noai"));
  assert.ok(refuses("googlebot: noindex", "noai"), "the next header begins anew");
});
