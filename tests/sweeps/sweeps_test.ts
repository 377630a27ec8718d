/** Sweep files, shards, claims' file systems, plans, arrays. Nothing is trained. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { repositoryRoot } from "../../src/disk/mod.ts";
import { type AnyExperiment, baseline, hashOf, probe, taskOf } from "../../src/experiments/mod.ts";
import {
  checkClaims,
  experimentsOfShard,
  kubernetesJob,
  lockReach,
  makespan,
  mountOf,
  paperSweeps,
  parseShard,
  planOf,
  readExperiments,
  shardFromEnvironment,
  slurmScript,
  SweepFileError,
  workOf,
  writeExperiments,
} from "../../src/sweeps/mod.ts";

const datasets = ["remix", "mingcute", "carbon"];
const at = (seed: number) => baseline({ datasets, preset: "smoke", seed });
const probeOf = (seed: number) =>
  probe({ features: { from: "run", experiment: at(seed) }, task: taskOf(at(seed)), preset: "smoke", seed });

Deno.test("a sweep file gives back what was written, each experiment once", async () => {
  const path = join(await Deno.makeTempDir(), "sweep.jsonl");
  const experiments: AnyExperiment[] = [at(0), probeOf(0), at(1)];
  await writeExperiments(path, experiments);
  assert.deepEqual(await readExperiments(path), experiments);
  await Deno.writeTextFile(path, "\n" + JSON.stringify(at(0)) + "\n", { append: true });
  assert.deepEqual(await readExperiments(path), experiments);
});

Deno.test("all faults of a sweep file are listed by line", async () => {
  const path = join(await Deno.makeTempDir(), "sweep.jsonl");
  const lines = [
    at(0),
    { ...at(0), imagesPerDataset: 1e9 },
    { kind: "tea" },
    { ...at(0), model: "resnet_tinny" },
    { ...at(0), recipe: { ...at(0).recipe, accumulate: 5 } },
  ];
  await Deno.writeTextFile(path, lines.map((line) => JSON.stringify(line)).join("\n") + "\n{torn");
  await assert.rejects(readExperiments(path), (error: Error) => {
    assert.ok(error instanceof SweepFileError);
    const [head, ...faults] = error.message.split("\n");
    assert.match(head, /5 lines cannot be run, so nothing was started/);
    const said = [
      /line 2: .*imagesPerDataset/,
      /line 3: .*"tea"/,
      /line 4: .*resnet_tiny/,
      /line 5: .*accumulate \(5\)/,
    ];
    [...said, /line 6: not JSON/].forEach((pattern, i) => assert.match(faults[i], pattern));
    return true;
  });
  await assert.rejects(writeExperiments(path, [{ kind: "tea" } as never]), SweepFileError);
  await Deno.writeTextFile(path, "\n");
  await assert.rejects(readExperiments(path), /has no experiment/);
  await assert.rejects(readExperiments(join(path, "not")), /cannot be read/);
});

Deno.test("shards have every experiment once, however many there are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 9 }), (count, of) => {
      const experiments = Array.from({ length: count }, (_, seed) => at(seed));
      const shards = Array.from(
        { length: of },
        (_, i) => experimentsOfShard(experiments, { index: i + 1, of }),
      );
      assert.deepEqual(
        shards.flat().map(({ seed }) => seed).sort((a, b) => a - b),
        experiments.map((_, i) => i),
      );
      const sizes = shards.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
    { numRuns: 30 },
  );
});

Deno.test("experiments that need the same network stay in one shard", () => {
  const other = probe({ ...probeOf(0), preset: "smoke", seed: 7 });
  const experiments: AnyExperiment[] = [probeOf(0), at(1), other, at(2)];
  const [first, second] = [1, 2].map((index) =>
    experimentsOfShard(experiments, { index, of: 2 }).map((one) => hashOf(one))
  );
  assert.deepEqual(first, [probeOf(0), other].map((one) => hashOf(one)));
  assert.deepEqual(second, [at(1), at(2)].map((one) => hashOf(one)));
});

Deno.test("a shard is read from a flag, and from the variables of schedulers", () => {
  assert.deepEqual(parseShard("2/8"), { index: 2, of: 8 });
  for (const text of ["0/8", "9/8", "2", "a/b"]) assert.throws(() => parseShard(text), /is no shard/);
  const from = (variables: Record<string, string>) => shardFromEnvironment((name) => variables[name]);
  assert.equal(from({}), undefined);
  const slurm = { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_COUNT: "4" };
  assert.deepEqual(from({ ...slurm, SLURM_ARRAY_TASK_STEP: "2" }), { index: 4, of: 4 });
  assert.throws(() => from(slurm), /SLURM_ARRAY_TASK_ID.* name no shard of 4/);
  assert.deepEqual(from({ JOB_COMPLETION_INDEX: "0", NTD_SHARDS: "3" }), { index: 1, of: 3 });
  assert.throws(() => from({ JOB_COMPLETION_INDEX: "0" }), /NTD_SHARDS is not set.*--shard/);
  assert.deepEqual(from({ SKYPILOT_NODE_RANK: "1", SKYPILOT_NUM_NODES: "2" }), { index: 2, of: 2 });
  const pool = { SKYPILOT_JOB_RANK: "4", SKYPILOT_NUM_JOBS: "5", SKYPILOT_NODE_RANK: "0" };
  assert.deepEqual(from(pool), { index: 5, of: 5 });
});

Deno.test("what a claim is worth depends on the file system, the innermost that a folder lies on", () => {
  const reach = (type: string, ...options: string[]) => lockReach({ type, options });
  assert.deepEqual([reach("ext4"), reach("nfs4", "rw"), reach("fuse.s3fs")], [
    "this machine",
    "machines",
    "none",
  ]);
  assert.deepEqual([reach("nfs", "local_lock=all"), reach("lustre", "localflock")], [
    "this machine",
    "this machine",
  ]);
  assert.deepEqual([reach("lustre"), reach("lustre", "flock"), reach("9p")], ["none", "machines", "unknown"]);
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const table = `a / ext4 rw 0 0\nb ${folder} nfs4 rw,hard 0 0\nc ${folder}x xfs rw 0 0\n`;
  assert.deepEqual(mountOf(join(folder, "not", "yet"), table), { type: "nfs4", options: ["rw", "hard"] });
  assert.throws(() => checkClaims(folder, { type: "fuse.gcsfuse", options: [] }), /--shard I\/N/);
});

Deno.test("a plan counts steps and images by hand, and each network once", async () => {
  const { recipe } = at(0);
  const [work, ...rest] = workOf([probeOf(0), at(0)]);
  assert.equal(rest.length, 1, "the classifier that the probe needs is the one that is planned");
  const steps = recipe.epochs * recipe.samplesPerEpoch / recipe.batchSize;
  assert.deepEqual([work.steps, work.samples], [steps, steps * recipe.batchSize]);
  assert.equal(work.evaluated, 3 * 50 * recipe.epochs + 3 * 64);
  let measured = 0;
  const measure = () =>
    Promise.resolve({ train: 10, evaluate: 100, overhead: 7, by: "trial" as const, nth: measured++ });
  const plan = await planOf({ one: [at(0)], two: [at(1), at(2)] }, { measure });
  assert.equal(measured, 1);
  assert.deepEqual(plan.rows.map(({ experiments }) => experiments), [1, 2, 3]);
  const seconds = Object.values(plan.rows[0].hours)[0] * 3600;
  assert.ok(Math.abs(seconds - (7 + work.samples / 10 + work.evaluated / 100)) < 1e-6);
  const given = await planOf({ one: [at(0)] }, { given: { convnext: 20 } });
  assert.equal(given.rates[0].here.by, "given");
  await assert.rejects(
    planOf({ one: [at(0)] }, { given: { convnxt: 20 } }),
    /"convnxt", which is not planned\. Networks here: convnext\./,
  );
});

Deno.test("the paper's tables have its trainings of 384 million images", () => {
  const sweeps = paperSweeps();
  assert.equal(sweeps["Table 2"].length, 23);
  const [work] = workOf(sweeps["Table 2"].slice(0, 1));
  assert.ok(work.samples > 383.3e6 && work.samples <= 300 * 1_281_167);
  assert.ok(Math.abs(work.network!.forward / 4.46e9 - 1) < 0.01, "timm counts 4.46 billion in ConvNeXt-T");
});

Deno.test("the time of several devices is that of whole experiments", () => {
  assert.equal(makespan([5, 3, 3, 1], 1), 12);
  assert.equal(makespan([5, 3, 3, 1], 2), 6);
  assert.equal(makespan([5, 3, 3, 1], 9), 5);
});

/** A folder with an `npx` that starts the command of a script with one more flag. */
function npxWith(flag: string): string {
  const folder = Deno.makeTempDirSync();
  const program = `#!/bin/bash\nexec "${Deno.execPath()}" run -A --no-check src/cli/sweep.ts "$4" ${flag}\n`;
  Deno.writeTextFileSync(join(folder, "npx"), program, { mode: 0o755 });
  return folder;
}

const array = async () => {
  const file = join(await Deno.makeTempDir(), "it's a.jsonl");
  const experiments = [at(0), at(1), at(2)];
  await writeExperiments(file, experiments);
  return {
    file,
    hashes: experiments.map((experiment) => hashOf(experiment)).sort(),
    works: workOf(experiments),
  };
};

/** The hashes that commands, run as a scheduler runs them, would execute. */
async function planned(commands: { args: string[]; env: Record<string, string> }[]): Promise<string[]> {
  const PATH = `${npxWith("--dry-run")}:${Deno.env.get("PATH")}`;
  const hashes: string[] = [];
  for (const { args: [program, ...args], env } of commands) {
    const command = new Deno.Command(program, { args, cwd: repositoryRoot, env: { ...env, PATH } });
    const { success, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.ok(success, text(stderr));
    hashes.push(...text(stdout).match(/^[0-9a-f]{16}(?= )/gm) ?? []);
  }
  return hashes.sort();
}

Deno.test("the tasks of a Slurm array, run as local processes, have every experiment once", async () => {
  const { file, hashes, works } = await array();
  const script = slurmScript(works, { file, parts: 2, checkout: repositoryRoot });
  assert.match(script, /^#SBATCH --array=1-2$/m);
  const tasks = [1, 2].map((id) => ({
    args: ["bash", "-c", script],
    env: { SLURM_ARRAY_TASK_ID: `${id}`, SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_COUNT: "2" },
  }));
  assert.deepEqual(await planned(tasks), hashes);
});

Deno.test("the pods of an indexed job, run as local processes, have every experiment once", async () => {
  const { file, hashes, works } = await array();
  const job = kubernetesJob(works, { file, parts: 2, image: "image" });
  const schema = JSON.parse(
    await Deno.readTextFile(new URL("../reference/kubernetes_job.json", import.meta.url)),
  );
  const validate = new Ajv({ strict: false }).compile(schema);
  assert.ok(validate(job), JSON.stringify(validate.errors));
  // deno-lint-ignore no-explicit-any -- its shape has just been checked
  const [{ command, env }] = (job as any).spec.template.spec.containers;
  const variables = Object.fromEntries(
    env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const [NTD_RUNS] = [await Deno.makeTempDir()];
  const pods = ["0", "1"].map((JOB_COMPLETION_INDEX) => ({
    args: command,
    env: { ...variables, NTD_RUNS, NTD_DATA: "", JOB_COMPLETION_INDEX },
  }));
  assert.deepEqual(await planned(pods), hashes);
});
