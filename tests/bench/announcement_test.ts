import assert from "node:assert/strict";
import { announcement, benchmarkLines, benchmarks } from "../../src/bench/mod.ts";
import { environment } from "../made/environment.ts";

Deno.test("every benchmark says on one line how long it takes and what it installs", async () => {
  for (const name of Object.keys(benchmarks)) {
    const line = await announcement(name);
    assert.match(
      line,
      new RegExp(`^${name}: .*(minute|hour).* It installs (nothing|\\w+ into \\S+: .*\\d MB)`),
    );
    assert.doesNotMatch(line, /\n/);
  }
  assert.equal(benchmarkLines().split("\n").length, Object.keys(benchmarks).length);
});

Deno.test("where there is no timm, the command that installs it is said, into the Python that is named", async () => {
  using _python = environment({ NTD_PYTORCH: "/no/such/python" });
  for (const name of ["photos", "transforms"]) {
    const line = await announcement(name);
    assert.match(line, /There is no timm, so that its figures stay empty/);
    assert.match(line, /\/no\/such\/python -m pip install timm torchvision torch==\S+ \(.*1000 MB\)$/);
  }
});

Deno.test("what there is already is not installed", async () => {
  using _python = environment({ NTD_IMG2DATASET: "true" }); // a program that succeeds whatever it is asked
  assert.match(await announcement("fetch"), /It installs nothing: img2dataset is in true\.$/);
});
