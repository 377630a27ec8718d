import assert from "node:assert/strict";
import { join } from "node:path";
import { findRun } from "../../../src/experiments/mod.ts";
import { finished, runs } from "../../made/predict/finished_run.ts";

Deno.test("a run is found by the beginning of its hash or its folder, and what is not there is said", async () => {
  const { hash } = await finished();
  const root = Deno.makeTempDirSync();
  await assert.rejects(() => findRun("a", join(root, "none")), /no run "a"; there are none in .*none yet/);
  for (const name of ["ab00000000000000", "ac00000000000000", "ac00000000000001"]) {
    Deno.mkdirSync(join(root, name));
    for (
      const file of [
        "experiment.json",
        "epochs.jsonl",
        "result.json",
        "predictions.jsonl",
        "model.safetensors",
      ]
    ) {
      Deno.copyFileSync(join(runs, hash, file), join(root, name, file));
    }
  }
  Deno.mkdirSync(join(root, "notebooks"));
  assert.equal((await findRun("ab", root)).hash, "ab00000000000000");
  assert.equal((await findRun("ac00000000000001", root)).hash, "ac00000000000001");
  assert.equal((await findRun(join(root, "ab00000000000000/"))).hash, "ab00000000000000");
  await assert.rejects(() => findRun("a", root), /^Error: 3 runs begin with "a":(\n +a[bc]0+1? .*){3}$/);
  await assert.rejects(() => findRun("", root), /no run ""/);
  await assert.rejects(
    () => findRun("notebooks", root),
    /no run "notebooks"\. Known runs in .*:\n.* {2}tabler \+ phosphor \+ mdi, 64 images each, resnet/s,
  );
  Deno.removeSync(join(root, "ab00000000000000", "model.safetensors"));
  await assert.rejects(() => findRun("ab", root), /has kept no network: model\.safetensors is missing/);
  Deno.removeSync(join(root, "ab00000000000000", "result.json"));
  await assert.rejects(() => findRun("ab", root), /has not finished \(epochs done: 3\)/);
});

Deno.test("a record of a version without kinds is listed as such, and is refused", async () => {
  const { hash } = await finished();
  const root = Deno.makeTempDirSync();
  const old = join(root, hash);
  Deno.mkdirSync(old);
  const { kind: _, ...before } = JSON.parse(Deno.readTextFileSync(join(runs, hash, "experiment.json")));
  Deno.writeTextFileSync(join(old, "experiment.json"), JSON.stringify(before));
  Deno.copyFileSync(join(runs, hash, "result.json"), join(old, "result.json"));
  await assert.rejects(() => findRun(hash, root), /is of another version of this program/);
  await assert.rejects(() => findRun("zz", root), new RegExp(`${hash}  of another version`));
});
