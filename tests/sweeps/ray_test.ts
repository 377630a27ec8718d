/** Sweeps on a Ray cluster of this machine: nodes and drivers that die, and what is refused. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../../src/disk/mod.ts";
import {
  type AnyExperiment,
  baseline,
  hashOf,
  probe,
  run,
  RunFolder,
  taskOf,
} from "../../src/experiments/mod.ts";
import { type RayOptions, sweepOnRay } from "../../src/sweeps/mod.ts";
import { shared, timeless } from "../made/experiments/runs.ts";

const python = Deno.env.get("NTD_RAY") || join(repositoryRoot, ".venv-ray/bin/python");
const ignore = !existsSync(python);
if (ignore) console.log("Skipped: no Ray. `deno task sweep FILE --engine ray` installs it into .venv-ray.");

const datasets = ["remix", "mingcute", "carbon"];
const at = (seed: number) => baseline({ datasets, preset: "smoke", seed });
const classifier = at(0);
const probed = probe({
  features: { from: "run", experiment: classifier },
  task: taskOf(classifier),
  preset: "smoke",
});
const experiments: AnyExperiment[] = [probed, at(1), at(2)];

/** What one process makes of them. */
const serial = shared(async () => {
  const runs = Deno.makeTempDirSync();
  const records = [];
  for (const experiment of experiments) records.push(timeless(await run(experiment, { runs })));
  return records;
});

/** A cluster of nodes of one processor that can be added and removed. */
class Cluster {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  address = "";

  constructor(nodes: number) {
    const script = besideModule(import.meta.url, "../made/sweeps/ray_cluster.py");
    const args = [script, `${nodes}`];
    this.#process = new Deno.Command(python, { args, stdin: "piped", stdout: "piped", stderr: "null" })
      .spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(nodes: number): Promise<Cluster> {
    const cluster = new Cluster(nodes);
    cluster.address = (await cluster.#reader.read()).value!.trim();
    return cluster;
  }

  async ask(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(line + "\n"));
    await this.#reader.read();
  }

  async [Symbol.asyncDispose]() {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#process.status;
  }
}

const options = (cluster: Cluster, more: RayOptions = {}): RayOptions => ({
  address: cluster.address,
  runs: Deno.makeTempDirSync(),
  ...more,
});

Deno.test({
  name: "a node dies in the middle: its task is done again, and the records are those of one process",
  ignore,
  async fn() {
    await using cluster = await Cluster.start(3);
    let isRemoved = false;
    const onProgress: RayOptions["onProgress"] = ({ phase }) => {
      if (isRemoved || phase !== "train") return;
      isRemoved = true;
      cluster.ask("remove 0").then(() => cluster.ask("remove 1"));
    };
    const records = await sweepOnRay(experiments, options(cluster, { onProgress }));
    assert.ok(isRemoved);
    assert.deepEqual(records.map(timeless), await serial());
  },
});

Deno.test({
  name: "a driver that goes away and comes back goes on with what has no record",
  ignore,
  async fn() {
    await using cluster = await Cluster.start(1);
    const runs = Deno.makeTempDirSync();
    const controller = new AbortController();
    const onProgress: RayOptions["onProgress"] = ({ position }) => position!.index > 1 && controller.abort();
    const { signal } = controller;
    await assert.rejects(sweepOnRay(experiments, options(cluster, { runs, signal, onProgress })), {
      name: "AbortError",
    });
    const finished = await new RunFolder(hashOf(classifier), runs).record();
    assert.ok(finished);
    assert.deepEqual([...Deno.readDirSync(runs)].filter(({ name }) => name.startsWith(".")), []);
    const records = await sweepOnRay(experiments, options(cluster, { runs, shared: true }));
    assert.deepEqual(records.map(timeless), await serial());
    assert.deepEqual(await new RunFolder(hashOf(classifier), runs).record(), finished);
  },
});

Deno.test({
  name: "a folder without locks, other code, a failed need and an address that does not answer are refused",
  ignore,
  async fn() {
    await using cluster = await Cluster.start(1);
    const path = JSON.stringify(besideModule(import.meta.url, "../../src/sweeps"));
    const token = Deno.makeTempFileSync();
    using file = await Deno.open(token, { write: true });
    const seen = async () => {
      const program = `import sys; sys.path.insert(0, ${path}); from ray_driver import is_shared; ` +
        `print(is_shared(${JSON.stringify(token)}), is_shared("/not/there"))`;
      const { stdout } = await new Deno.Command(python, { args: ["-c", program], stderr: "null" }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    assert.equal(
      await seen(),
      "False False",
      "a file that is seen, whose lock keeps nobody out, is not shared",
    );
    await file.lock(true);
    assert.equal(await seen(), "True False");
    const failures: string[] = [];
    const onFailure: RayOptions["onFailure"] = (_, { message }) => failures.push(message);
    const other = options(cluster, { code: "0123456789ab", onFailure });
    assert.deepEqual(await sweepOnRay([probed], other), []);
    assert.match(
      failures[0],
      /^refused: this node has version [0-9a-f]{12} of the project, and 0123456789ab asks/,
    );
    assert.match(failures[1], /^an experiment that it needs has failed: refused/);
    await assert.rejects(
      sweepOnRay([at(1)], { runs: Deno.makeTempDirSync(), address: "127.0.0.1:9" }),
      /Ray: nobody answers at 127\.0\.0\.1:9/,
    );
    await assert.rejects(
      sweepOnRay([at(1)], { runs: Deno.makeTempDirSync(), address: "nowhere" }),
      /is no address: give HOST:PORT/,
    );
  },
});
