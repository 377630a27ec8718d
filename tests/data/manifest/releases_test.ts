import assert from "node:assert/strict";
import { datasetHash, openPool, parseManifest } from "../../../src/data/mod.ts";
import { smallData, writeManifest } from "../../made/data/small_dataset.ts";

Deno.test("another release of a dataset has its groups, so that a drawing is on one side for both", async () => {
  using data = smallData();
  writeManifest(data.manifests, { grouping: "icon-stem" });
  writeManifest(data.manifests, { grouping: "icon-stem", name: "older", releaseOf: "small" });
  using now = await openPool("small", data);
  using before = await openPool("older", data);
  assert.deepEqual(
    Array.from(before.images, ({ group }) => group),
    Array.from(now.images, ({ group }) => group),
  );
  assert.ok(Iterator.from(now.images).every(({ group }) => group.startsWith("small/")));
});

Deno.test("being another's release is part of a dataset's identity", () => {
  const text = Deno.readTextFileSync("data_manifests/tabler-old.json");
  const alone = JSON.stringify({ ...JSON.parse(text), releaseOf: undefined });
  assert.notEqual(
    datasetHash(parseManifest(text, "tabler-old.json")),
    datasetHash(parseManifest(alone, "tabler-old.json")),
  );
  const tabler = Deno.readTextFileSync("data_manifests/tabler.json");
  assert.equal(datasetHash(parseManifest(tabler, "tabler.json")), "26ef82bc63706f7c"); // as without the field
});
