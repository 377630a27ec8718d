import assert from "node:assert/strict";
import { checkDeno, checkSpace, hasNvidia } from "../../src/setup/machine.ts";
import { gigabytesFor, type PipInstall } from "../../src/setup/resolution.ts";

Deno.test("a Deno that is new enough passes, an older one is told how to be newer", () => {
  for (const version of ["2.9.0", "2.9.6", "2.10.0", "3.0.0", "2.9.0-rc.1"]) checkDeno(version);
  for (const version of ["2.8.9", "1.46.3", "2.0.0"]) {
    assert.throws(
      () => checkDeno(version),
      new RegExp(`2\\.9\\.0 or newer is needed and this is ${version}: run .deno upgrade`),
    );
  }
});

Deno.test("too little room on the disk is said before anything is installed, with how much is needed", () => {
  checkSpace("/tmp", 2.5, 2.5);
  assert.throws(
    () => checkSpace("/tmp", 2.5, 1.04),
    /needs about 2\.5 GB of disk in \/tmp and 1\.0 GB are free/,
  );
  checkSpace("/tmp", 0);
});

Deno.test("CUDA needs more room than the CPU wheel", () => {
  const install = (requirement: string): PipInstall => ({
    what: "",
    requirements: [requirement],
    dependencies: true,
  });
  const cpu = gigabytesFor([install("plotly==7.1.0"), install("tensorflow-cpu==2.21.0")]);
  const cuda = gigabytesFor([install("plotly==7.1.0"), install("tensorflow[and-cuda]==2.21.0")]);
  assert.ok(cpu >= 1.8 && cuda > 2 * cpu);
});

Deno.test("an NVIDIA driver is seen by any of its traces", async () => {
  const file = await Deno.makeTempFile();
  assert.equal(hasNvidia(["/nothing/here", file]), true);
  assert.equal(hasNvidia(["/nothing/here"]), false);
  await Deno.remove(file);
});
