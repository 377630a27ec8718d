import assert from "node:assert/strict";
import { SUBJECTS, subjectsNamed } from "~/bench/contestants.ts";

Deno.test("subjectsNamed: all, those that are named, and an error for a name that none has", () => {
  assert.deepEqual(subjectsNamed(), SUBJECTS);
  assert.deepEqual(subjectsNamed(["vgg11", "alexnet"]).map(({ model }) => model), ["vgg11", "alexnet"]);
  assert.throws(
    () => subjectsNamed(["vgg11", "nope"]),
    /--model: "nope" is not measured\. Known: .*resnet18/,
  );
});
