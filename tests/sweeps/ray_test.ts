/** Ray on this machine, one cluster for all tests: nodes and drivers that die, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { besideModule, linesOf } from "../../src/disk/mod.ts";
import {
  type AnyExperiment,
  baseline,
  hashOf,
  probe,
  run,
  RunFolder,
  taskOf,
} from "../../src/experiments/mod.ts";
import { fetchImages, type FetchOptions, hostOf, shareOf } from "../../src/fetch/mod.ts";
import { fetchOnRay, type RayOptions, sweepOnRay } from "../../src/sweeps/mod.ts";
import { reachText } from "../../src/sweeps/ray_fetch.ts";
import { shared, timeless } from "../made/experiments/runs.ts";
import { answer, type HostileServer, hostileServer, image } from "../made/fetch/hostile_server.ts";
import { inFolder } from "../made/fetch/in_folder.ts";
import { photographJpeg } from "../made/fetch/made_up_photographs.ts";
import { poolHashes } from "../made/fetch/pool_files.ts";
import { Cluster, rayPython } from "../made/sweeps/cluster.ts";

const ignore = rayPython === undefined;

/** Work on Ray that takes longer does not end at all, ms. */
const LONGEST = 180_000;

const datasets = ["remix", "mingcute", "carbon"];
const at = (seed: number) => baseline({ datasets, preset: "smoke", seed });
const classifier = at(0);
const probed = probe({
  features: { from: "run", experiment: classifier },
  task: taskOf(classifier),
  preset: "smoke",
});
const experiments: AnyExperiment[] = [probed, at(1)];

/** What one process makes of them. */
const serial = shared(async () => {
  const runs = Deno.makeTempDirSync();
  const records = [];
  for (const experiment of experiments) records.push(timeless(await run(experiment, { runs })));
  return records;
});

/** The cluster of all tests, with three nodes. */
const start = shared(() => Cluster.start(3));
let started: Promise<Cluster> | undefined;
const cluster = async () => {
  const one = await (started = start());
  await one.grow(3);
  return one;
};
Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());

const optionsOf = ({ address }: Cluster, more: RayOptions = {}): RayOptions => ({
  address,
  runs: Deno.makeTempDirSync(),
  signal: AbortSignal.timeout(LONGEST),
  ...more,
});

/** Servers whose hosts are of three shares, and a list of their photographs, some of which have moved to another. */
async function sites(photographs: number, before: () => void) {
  const photos = await Promise.all(Array.from({ length: photographs }, (_, i) => photographJpeg(i)));
  const servers: HostileServer[] = [];
  const under = new Map<number, { now: number; most: number }>();
  while (new Set(servers.map(({ url }) => shareOf(hostOf(url("")), 3))).size < 3) {
    const number = servers.length;
    const count = { now: 0, most: 0 };
    under.set(number, count);
    servers.push(
      await hostileServer((path) => {
        if (path === "robots.txt") return answer(200, {}, "User-agent: *\nDisallow: /7");
        const [photo, moved] = [Number(path.split("-")[0]), path.endsWith("-moved")];
        if (photo % 9 === 4) return answer(404);
        if (photo % 5 === 3 && !moved) {
          return answer(302, { Location: servers[(number + 1) % servers.length].url(`${photo}-moved`) });
        }
        count.most = Math.max(count.most, ++count.now);
        return (socket, request) =>
          void setTimeout(() => {
            count.now--;
            before();
            image(photos[photo], photo % 11 === 6 ? { "X-Robots-Tag": "noai" } : {})(socket, request);
          }, 60);
      }),
    );
  }
  const items = photos.map((_, i) => ({ key: `${i}`, url: servers[i % servers.length].url(`${i}`) }));
  return {
    items,
    /** The most images that a server has sent at once. */
    most: () => Math.max(...Array.from(under.values(), ({ most }) => most)),
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test({
  name: "a fetch on three nodes, one of which dies in the middle, is byte for byte that of one machine",
  ignore,
  async fn() {
    const nodes = await cluster();
    let [answers, deathAt] = [0, Infinity];
    let death: Promise<void> | undefined;
    await using site = await sites(90, () => {
      if (++answers >= deathAt) death ??= nodes.kill();
    });
    await inFolder(async (root) => {
      const options = (name: string): FetchOptions => ({
        folder: `${root}/${name}`,
        images: 50,
        storage: { imagesPerShard: 20 },
        network: { allowPrivateAddresses: true, perHost: 2, backoffMs: 1 },
        signal: AbortSignal.timeout(LONGEST),
      });
      const alone = await fetchImages(() => site.items, options("alone"));
      assert.ok(alone.failures.robots_txt && alone.failures.gone && alone.failures.opted_out);
      const needed = answers;
      [answers, deathAt] = [0, needed / 3];
      const lines: string[] = [];
      const { folder } = options("on ray");
      const fetcher = fetchOnRay({ address: nodes.address, folder, log: (line) => lines.push(line) });
      await fetchImages(() => site.items, { ...options("on ray"), fetcher });
      assert.ok(death, "a node died before the end");
      await death;
      assert.deepEqual(await poolHashes(folder), await poolHashes(`${root}/alone`));
      assert.equal(site.most(), 2, "two at a time from a host, though three workers ask and redirects cross");
      assert.match(lines[0], /^3 workers; the first \d+ URLs are of \d+ hosts\..* at most [\d.]+ times/);
      assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith(".")), []);
    });
  },
});

Deno.test("how far workers can help is said: not at all with one host", () => {
  assert.match(reachText(["a.test", "a.test"], 3), /are all of a\.test\. .*no faster than one machine/);
  assert.match(reachText(["a.test", "a.test", "b.test", "c.test"], 1), /at most 1\.0 times/);
  assert.match(reachText([], 2), /^2 workers; no URL has been read yet\. /);
});

Deno.test({
  name: "a node dies in the middle: its task is done again, and the records are those of one process",
  ignore,
  async fn() {
    const nodes = await cluster();
    let death: Promise<void> | undefined;
    const onProgress: RayOptions["onProgress"] = ({ phase }) => {
      if (phase === "train") death ??= nodes.kill().then(() => nodes.kill());
    };
    const records = await sweepOnRay(experiments, optionsOf(nodes, { onProgress }));
    assert.ok(death, "two nodes died before the end");
    await death;
    assert.deepEqual(records.map(timeless), await serial());
  },
});

Deno.test({
  name: "a driver that is killed leaves no task behind; started again, it goes on with what has no record",
  ignore,
  async fn() {
    const nodes = await cluster();
    const runs = Deno.makeTempDirSync();
    const file = Deno.makeTempFileSync();
    Deno.writeTextFileSync(file, JSON.stringify([probed]));
    const driver = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", besideModule(import.meta.url, "../made/sweeps/sweep_process.ts")],
        ...[file, runs, nodes.address],
      ],
      stdout: "piped",
      signal: AbortSignal.timeout(LONGEST),
    }).spawn();
    for await (const line of linesOf(driver.stdout)) if (line.startsWith("2")) driver.kill("SIGKILL");
    assert.equal((await driver.status).signal, "SIGKILL");
    const finished = await new RunFolder(hashOf(classifier), runs).record();
    assert.ok(finished);
    assert.equal([...Deno.readDirSync(runs)].filter(({ name }) => name.startsWith(".ray-")).length, 1);
    const records = await sweepOnRay(experiments, optionsOf(nodes, { runs, shared: true }));
    assert.deepEqual(records.map(timeless), await serial());
    assert.deepEqual(await new RunFolder(hashOf(classifier), runs).record(), finished);
    assert.deepEqual([...Deno.readDirSync(runs)].filter(({ name }) => name.startsWith(".")), []);
  },
});

Deno.test({
  name: "a folder without locks, other code, a failed need and an address that does not answer are refused",
  ignore,
  async fn() {
    const path = JSON.stringify(besideModule(import.meta.url, "../../src/sweeps"));
    const token = Deno.makeTempFileSync();
    using file = await Deno.open(token, { write: true });
    const seen = async () => {
      const program = `import sys; sys.path.insert(0, ${path}); from ray_driver import is_shared; ` +
        `print(is_shared(${JSON.stringify(token)}), is_shared("/not/there"))`;
      const { stdout } = await new Deno.Command(rayPython!, { args: ["-c", program], stderr: "null" })
        .output();
      return new TextDecoder().decode(stdout).trim();
    };
    const unlocked = "a file that is seen, whose lock keeps nobody out, is not shared";
    assert.equal(await seen(), "False False", unlocked);
    await file.lock(true);
    assert.equal(await seen(), "True False");
    const failures: string[] = [];
    const onFailure: RayOptions["onFailure"] = (_, { message }) => failures.push(message);
    const other = optionsOf(await cluster(), { code: "0123456789ab", onFailure });
    assert.deepEqual(await sweepOnRay([probed], other), []);
    assert.match(
      failures[0],
      /^refused: this node has version [0-9a-f]{12} of the project, and 0123456789ab asks/,
    );
    assert.match(failures[1], /^an experiment that it needs has failed: refused/);
    const runs = Deno.makeTempDirSync();
    const nobody = /Ray: nobody answers at 127\.0\.0\.1:9/;
    await assert.rejects(sweepOnRay([at(1)], { runs, address: "127.0.0.1:9" }), nobody);
    await assert.rejects(sweepOnRay([at(1)], { runs, address: "nowhere" }), /no address: give HOST:PORT/);
    await inFolder(async (folder) => {
      const fetcher = fetchOnRay({ address: "127.0.0.1:9", folder, log: () => {} });
      const list = () => [{ key: "a", url: "http://127.0.0.1/" }];
      await assert.rejects(fetchImages(list, { folder, images: 1, fetcher }), nobody);
      assert.deepEqual([...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith(".")), []);
    });
  },
});

Deno.test({
  name: "what a finished task left in its folder beside a checkpoint does not hide its record",
  ignore,
  async fn() {
    await inFolder(async (folder) => {
      const path = JSON.stringify(besideModule(import.meta.url, "../../src/sweeps"));
      const [from, to] = [join(folder, "from"), join(folder, "to")];
      for (const one of [from, to]) Deno.mkdirSync(one);
      Deno.writeTextFileSync(join(from, "result.json"), "whole");
      Deno.writeTextFileSync(join(to, "checkpoint"), "older");
      const program = `import sys; sys.path.insert(0, ${path}); from ray_driver import pack, unpack; ` +
        `unpack(pack(sys.argv[1]), sys.argv[2], over=True)`;
      await new Deno.Command(rayPython!, { args: ["-c", program, from, to], stderr: "null" }).output();
      assert.deepEqual([...Deno.readDirSync(to)].map(({ name }) => name).sort(), [
        "checkpoint",
        "result.json",
      ]);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["from", "to"]);
    });
  },
});
