import assert from "node:assert/strict";
import { resolve } from "node:path";
import { benchTables, parseBench } from "../../src/cli/bench.ts";
import { duplicatesText, leftOutLines, parseFetch } from "../../src/cli/fetch.ts";
import { parseReproduce, selectNotebooks } from "../../src/cli/reproduce.ts";
import { denoTestArguments, parseTest, testGroups } from "../../src/cli/test.ts";
import { poolInMemory } from "../made/data/made_up_pools.ts";

Deno.test("reproduce: flags are read, and wrong values are answered with the right ones", async () => {
  const all = [
    "--preset",
    "smoke",
    "--only",
    "01, 04",
    "--data",
    "emoji",
    "--images",
    "300",
    "--validation",
    "200",
    "--jobs",
    "3",
  ];
  assert.deepEqual(await parseReproduce(all), {
    preset: "smoke",
    only: ["01", "04"],
    data: "emoji",
    images: 300,
    validation: 200,
    jobs: 3,
  });
  const usual = await parseReproduce([]);
  assert.deepEqual([usual.preset, usual.jobs], ["laptop", 2]);
  assert.equal((await parseReproduce(["--preset", "paper"])).jobs, 1);
  await assert.rejects(() => parseReproduce(["--preset", "huge"]), /no "huge"\. Known: smoke, laptop, paper/);
  await assert.rejects(
    () => parseReproduce(["--presets", "smoke"]),
    /'--presets'[^]*Usage: deno task reproduce/,
  );
  await assert.rejects(() => parseReproduce(["--preset"]), /--preset[^]*Usage/);
  await assert.rejects(() => parseReproduce(["--images", "0"]), /--images: "0" is no number of images/);
  await assert.rejects(() => parseReproduce(["--jobs", "two"]), /--jobs: "two" is no number of notebooks/);
  await assert.rejects(() => parseReproduce(["--data", "tabbler"]), /"tabbler".*tabler/s);
  await assert.rejects(() => parseReproduce(["--data", "tabler,mdi"]), /2 dataset\(s\).*at least 3/);
});

Deno.test("reproduce: notebooks are chosen by number, in order", async () => {
  const folder = await Deno.makeTempDir();
  for (const name of ["01_b.ipynb", "00_a.ipynb", "10_c.ipynb", "notes.ipynb", "02_x.txt"]) {
    await Deno.writeTextFile(`${folder}/${name}`, "");
  }
  assert.deepEqual(selectNotebooks(folder), ["00_a.ipynb", "01_b.ipynb", "10_c.ipynb"]);
  assert.deepEqual(selectNotebooks(folder, ["10", "00"]), ["00_a.ipynb", "10_c.ipynb"]);
  assert.throws(
    () => selectNotebooks(folder, ["01", "7"]),
    /no notebook "7"\. There are: 00_a\.ipynb, 01_b\.ipynb/,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("fetch: names and collections, each dataset once; unknown ones list the known", async () => {
  const names = ["tabler", "mdi"];
  assert.deepEqual(await parseFetch(["tabler", "mdi,tabler"]), {
    names,
    images: undefined,
    allowPrivate: false,
    ray: undefined,
  });
  const request = await parseFetch(["tabler", "mdi", "--images", "300", "--allow-private"]);
  assert.deepEqual(request, { names, images: 300, allowPrivate: true, ray: undefined });
  const { ray } = await parseFetch(["mdi", "--engine", "ray", "--address", "head:6379", "--cpus", "4"]);
  assert.deepEqual(ray, { address: "head:6379", cpus: 4 });
  await assert.rejects(() => parseFetch(["mdi", "--engine", "slurm"]), /--engine: .* Known: local, ray/);
  await assert.rejects(() => parseFetch(["mdi", "--cpus", "4"]), /--cpus is of --engine ray; this is local/);
  for (const images of ["0", "-3", "many", "1.5"]) {
    await assert.rejects(() => parseFetch(["tabler", `--images=${images}`]), /--images: .* whole number/);
  }
  await assert.rejects(() => parseFetch([]), /Which dataset\?\nUsage/);
  await assert.rejects(() => parseFetch(["nowhere"]), /"nowhere".*tabler/s);
});

Deno.test("fetch: says which images come again, and that they stay on one side", async () => {
  const text = await duplicatesText([poolInMemory("one", 3, 8, 1), poolInMemory("other", 2, 8, 1)]);
  assert.match(text, /^datasets +equal pixels +look alike +left out$/m);
  assert.match(text, /^one +0 +0 +none\nother +0 +0 +none\n.*kept on one side/m);
});

Deno.test("bench: all benchmarks but the card's without a name; an unknown one lists the known", () => {
  assert.deepEqual(parseBench(["photos", "--data", "mine", "--json"]), {
    names: ["photos"],
    models: undefined,
    data: "mine",
    gpu: { only: undefined, within: undefined, batch: undefined },
    json: true,
  });
  assert.deepEqual(parseBench(["gpu", "--only", "device, speed", "--within", "60"]).gpu, {
    only: ["device", "speed"],
    within: 60,
    batch: undefined,
  });
  assert.throws(() => parseBench(["gpu", "--only", "sped"]), /--only: there is no "sped"\. Known: device, /);
  assert.deepEqual(parseBench([]).names, [
    "train",
    "blocks",
    "steady",
    "precision",
    "sweep",
    "search",
    "grids",
    "input",
    "transforms",
    "photos",
    "fetch",
    "ray",
    "audit",
    "memory",
  ]);
  assert.throws(
    () => parseBench(["trian"]),
    /no benchmark "trian"\. Known: train, blocks, steady, precision, sweep, search, grids, input, transforms, photos, fetch, ray, audit, memory, gpu/,
  );
  assert.throws(
    () => parseBench(["train", "--batch", "8"]),
    /^UsageError: --batch is of gpu; train would not read it\.$/,
  );
  assert.throws(() => parseBench(["--only", "device"]), /--only is of gpu/);
  assert.throws(() => parseBench(["toString"]), /no benchmark "toString"/);
});

Deno.test("bench: figures are shortened, what was not measured is a dash", () => {
  const table = benchTables([{ batch: 64, ours: 312.345678, pytorch: null, sets: ["a", "b"] }, { n: 1 }], 80);
  assert.match(table, /^64 +312 +– +a, b$/m);
  assert.match(table, /\n\nn *\n.*1 *$/s);
});

Deno.test("test: paths are files to run, anything else is a part of names", () => {
  const selection = parseTest(["src/cli", "lint", "a (b)"]);
  assert.deepEqual(selection, { paths: [resolve("src/cli")], names: ["lint", "a (b)"] });
  const args = denoTestArguments(["src/cli"], selection);
  assert.ok(args.includes("--filter=/lint|a \\(b\\)/"));
  assert.equal(args.at(-1), "src/cli");
  assert.throws(() => parseTest(["tests/nothing_test.ts"]), /There is no file "tests\/nothing_test\.ts"/);
});

Deno.test("test: everything runs in two processes, each file in one; a choice of files in one process", () => {
  const entries = [...Deno.readDirSync("tests")].map(({ name }) => name);
  const [first, beside] = testGroups({ paths: [], names: [] }, entries, 2);
  assert.deepEqual([...first, ...beside].sort(), entries.map((name) => `tests/${name}`).sort());
  assert.ok(first.includes("tests/layers_test.ts") && beside.includes("tests/data"));
  assert.deepEqual(testGroups({ paths: [], names: [] }, entries, 1), [["tests/"]]);
  assert.deepEqual(testGroups({ paths: ["tests/data"], names: [] }, entries, 2), [["tests/data"]]);
});

Deno.test("what a pool is without is named after a fetch: of many the first, and where the others are", async () => {
  const failed = Array.from({ length: 7 }, (_, i) => ({
    key: `photo-${i}`,
    file: "a.tar",
    reason: "decoder_timed_out" as const,
    detail: "not done after 60000 ms",
  }));
  const one = { ...poolInMemory("one", 3, 8, 1), folders: ["data/one"] };
  const lines = await leftOutLines([one, { ...one, dropped: { ...one.dropped, failed } }]);
  assert.equal(
    lines[0],
    'one is without "photo-0" in a.tar: the decoder was too long about it (decoder_timed_out: not done after 60000 ms)',
  );
  assert.deepEqual([lines.length, lines[5]], [6, "one is without 2 more: see data/one/pool.json"]);
});
