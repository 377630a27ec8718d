import assert from "node:assert/strict";
import { relative } from "node:path";
import { datasetsOf } from "../../src/data/mod.ts";
import { repositoryRoot } from "../../src/disk/mod.ts";
import {
  baseline,
  datasetsFromEnvironment,
  pretraining,
  sizesFromEnvironment,
} from "../../src/experiments/mod.ts";
import { filesOnDisk, photoFile } from "../made/data/photo_files.ts";
import { environment } from "../made/environment.ts";

/** Runs `check` with the variables set, and leaves them as they were. */
function withLimits([images, validation]: (string | undefined)[], check: () => void): void {
  using _limits = environment({ NTD_IMAGES: images, NTD_VALIDATION: validation });
  check();
}

const datasets = ["tabler", "phosphor"];

Deno.test("without limits a preset's numbers stay", () => {
  withLimits([], () => {
    assert.equal(baseline({ datasets, preset: "paper" }).imagesPerDataset, 1e6);
    assert.deepEqual(sizesFromEnvironment([20, 2000]), [20, 2000]);
  });
});

Deno.test("limits lower what a preset asks for, not what an experiment says", () => {
  withLimits(["300", "200"], () => {
    for (const make of [baseline, pretraining]) {
      const { imagesPerDataset, validationPerDataset } = make({ datasets, preset: "laptop" });
      assert.deepEqual([imagesPerDataset, validationPerDataset], [300, 200]);
      assert.equal(make({ datasets, preset: "smoke" }).imagesPerDataset, 64);
      assert.equal(make({ datasets, preset: "laptop", imagesPerDataset: 400 }).imagesPerDataset, 400);
    }
    assert.deepEqual(sizesFromEnvironment([100, 300, 1000]), [100, 300]);
    assert.throws(() => sizesFromEnvironment([1000, 3000]), /NTD_IMAGES: 300 is fewer than .* 1000, 3000/);
  });
});

Deno.test("a limit that is no number of images is named", () => {
  for (const text of ["0", "-1", "many", "1.5"]) {
    withLimits([undefined, text], () => {
      assert.throws(() => baseline({ datasets, preset: "smoke" }), new RegExp(`NTD_VALIDATION: "${text}"`));
    });
  }
});

Deno.test("relative paths in NTD_DATASETS start at the repository, wherever a notebook runs", async () => {
  using files = filesOnDisk({
    "a/0.png": await photoFile(0, "png"),
    "b %23/0.png": await photoFile(1, "png"),
  });
  const here = relative(repositoryRoot, files.path);
  const before = Deno.cwd();
  using _own = environment({ NTD_DATA: `${here}/data`, NTD_DATASETS: `${here}/a,${here}/b %23` });
  try {
    const names = datasetsOf(`${files.path}/a,${files.path}/b %23`);
    assert.equal(names.length, 2);
    for (const cwd of [repositoryRoot, `${repositoryRoot}/notebooks`, files.path]) {
      Deno.chdir(cwd);
      assert.deepEqual(datasetsFromEnvironment([]), names);
    }
    assert.ok(Deno.statSync(`${files.path}/data/own`).isDirectory);
    assert.deepEqual(datasetsOf("./a"), names.slice(0, 1)); // what is typed starts where one is
  } finally {
    Deno.chdir(before);
  }
});
