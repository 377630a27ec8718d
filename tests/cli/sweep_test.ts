/** The arguments of `deno task sweep` and `deno task plan`. */
import assert from "node:assert/strict";
import { UsageError } from "../../src/cli/command.ts";
import { parsePlan } from "../../src/cli/plan.ts";
import { chosen, parseSweep } from "../../src/cli/sweep.ts";

Deno.test("sweep: one file, and flags that belong to its engine", async () => {
  const { file, engine, shard } = await parseSweep(["a.jsonl", "--shard", "2/3"]);
  assert.deepEqual([file, engine, shard], ["a.jsonl", "local", { index: 2, of: 3 }]);
  assert.equal((await parseSweep(["a", "--engine", "ray", "--cpus", "4", "--shared"])).cpus, 4);
  const faults: [string[], RegExp][] = [
    [[], /Name one sweep file; 0 are named/],
    [["a", "b"], /2 are named/],
    [["a", "--shard", "4/3"], /"4\/3" is no shard/],
    [["a", "--engine", "spark"], /Known: local, ray, slurm, kubernetes/],
    [["a", "--address", "host:1"], /--address is of --engine ray; this is local/],
    [["a", "--engine", "slurm", "--shared"], /--shared is of --engine ray; this is slurm/],
    [["a", "--engine", "kubernetes"], /--image NAME/],
    [["a", "--engine", "slurm", "--shard", "1/2"], /--shard is of --engine local or ray; this is slurm/],
    [["a", "--engine", "ray", "--cpus", "0"], /--cpus: "0" is no number of processors/],
  ];
  for (const [args, message] of faults) {
    await assert.rejects(parseSweep(args), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("sweep: a file that cannot be run is a wrong argument", async () => {
  const path = await Deno.makeTempFile();
  try {
    for (const text of ["", "no JSON"]) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(chosen({ file: path }), UsageError);
    }
  } finally {
    await Deno.remove(path);
  }
  await assert.rejects(chosen({ file: path }), /cannot be read/);
});

Deno.test("plan: rates are given by the model's name", () => {
  const { given, cardRate, files } = parsePlan([
    "a",
    "--rate",
    "vit_micro=12.5",
    "--rate",
    "x=3",
    "--card",
    "900",
  ]);
  assert.deepEqual([given, cardRate, files], [{ vit_micro: 12.5, x: 3 }, 900, ["a"]]);
  for (const rate of ["x", "x=0", "x=-1", "=3"]) {
    assert.throws(() => parsePlan(["--rate", rate]), /is no rate; give MODEL=IMAGES/);
  }
  assert.throws(() => parsePlan(["--each"]), /--each lists the experiments of files/);
});
