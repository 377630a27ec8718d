import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openPool, type PoolProgress } from "../../../src/data/mod.ts";
import { smallData, writeManifest } from "../../made/data/small_dataset.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a pool is built once, with progress, and gives back the pixels that its index describes", async () => {
  using data = smallData();
  const progress: PoolProgress[] = [];
  using pool = await openPool("small", { ...data, onProgress: (told) => progress.push(told) });
  assert.equal(pool.images.length + pool.dropped.duplicates + pool.dropped.blank, 1034);
  assert.deepEqual(pool.dropped.failed, []);
  assert.ok(
    progress.length > 1 && progress.every(({ dataset, total }) => dataset === "small" && total === 1034),
  );
  assert.ok(progress.at(-1)!.done === 1034 && progress[0].secondsLeft > 0 && progress[0].imagesPerSecond > 0);
  for (const index of [0, 500, pool.images.length - 1]) {
    const pixels = pool.read(index);
    assert.equal(pixels.length, 16 * 16 * 3);
    assert.equal(sha256(pixels), pool.images.at(index)!.sha256);
  }
  assert.throws(() => pool.read(pool.images.length), /small has no image \d+; it has \d+/);
  assert.equal(new Set(Array.from(pool.images, (image) => image.sha256)).size, pool.images.length);

  const [again, builtAgain] = await opened(data);
  assert.deepEqual(again, [...pool.images]);
  assert.deepEqual(builtAgain, []);
});

async function opened(data: { manifests: URL; root: string }) {
  const messages = new Set<string>();
  using pool = await openPool("small", { ...data, onProgress: ({ message }) => messages.add(message) });
  for (let i = 0; i < pool.images.length; i++) assert.equal(sha256(pool.read(i)), pool.images.at(i)!.sha256);
  return [[...pool.images], [...messages]] as const;
}

Deno.test("a damaged pool is found, said and built again", async () => {
  using data = smallData();
  using whole = await openPool("small", data);
  const described = [...whole.images];
  const damage: [string, (path: string) => void, RegExp][] = [
    ["images.bin", (path) => Deno.truncateSync(path, 5000), /damaged, images.bin has 5000 bytes instead of/],
    ["images.bin", flipByte, /damaged, images.bin does not have its checksum/],
    ["index.jsonl", flipByte, /damaged, index.jsonl does not have its checksum/],
    ["pool.json", (path) => Deno.writeTextFileSync(path, "{}"), /damaged, pool.json cannot be read/],
  ];
  for (const [file, spoil, expected] of damage) {
    spoil(`${whole.folders[0]}/${file}`);
    const [images, messages] = await opened(data);
    assert.match(messages.join(), expected);
    assert.deepEqual(images, described);
  }
});

function flipByte(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  Deno.writeFileSync(path, bytes);
}

function openInProcess(data: { manifests: URL; root: string }): Deno.ChildProcess {
  const args = ["run", "-A", "tests/made/data/open_pool.ts", data.manifests.href, data.root, "small"];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
}

Deno.test("a build that is killed leaves nothing half", async () => {
  using data = smallData(64);
  const process = openInProcess(data);
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    if (/building [1-9]\d* of/.test(text)) {
      process.kill("SIGKILL");
      break;
    }
  }
  assert.equal((await process.status).signal, "SIGKILL");
  assert.ok(
    filesIn(data.root).some((name) => name.endsWith(".building")),
    "it was killed while it was building",
  );
  const [images] = await opened(data);
  assert.ok(images.length > 1000);
  assert.deepEqual(filesIn(data.root).map((name) => name.replace(/[0-9a-f]{16}/, "…")), [
    "small-…",
    "small-….lock",
  ]);
});

Deno.test("two processes that build at once build once", async () => {
  using data = smallData();
  const outputs = await Promise.all(
    [openInProcess(data), openInProcess(data)].map((process) => process.output()),
  );
  const texts = outputs.map(({ stdout }) => new TextDecoder().decode(stdout));
  assert.ok(texts.every((text) => /^open 10\d\d$/m.test(text)), texts.join());
  assert.equal(texts.filter((text) => text.includes("building")).length, 1);
});

Deno.test("an aborted build ends and is removed", async () => {
  using data = smallData();
  const stop = new AbortController();
  const opening = openPool("small", { ...data, signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(opening, { name: "AbortError" });
  assert.deepEqual(filesIn(data.root).filter((name) => !name.endsWith(".lock")), []);
});

Deno.test("what cannot be built is a clear error that leaves nothing", async () => {
  using data = smallData();
  const source = { type: "iconify", package: "@iconify-json/fxemoji", version: "99.0.0" };
  writeManifest(data.manifests, { name: "absent", source });
  writeManifest(data.manifests, { name: "fewer", images: 1000 });
  writeManifest(data.manifests, { name: "huge", images: 1e13 });
  await assert.rejects(
    openPool("absent", data),
    /data package @iconify-json\/fxemoji@99\.0\.0 could not be obtained/,
  );
  await assert.rejects(
    openPool("fewer", data),
    /field "images" says 1000, but @iconify-json\/fxemoji@1\.2\.2 has 1034/,
  );
  await assert.rejects(
    openPool("huge", data),
    /the disk is full: the pool of huge needs about \d+ MB in .*NTD_DATA/,
  );
  await assert.rejects(openPool("smal", data), /there is no dataset "smal"; known are.*small/);
  assert.deepEqual(filesIn(data.root).filter((name) => !name.endsWith(".lock")), []);
});

Deno.test("CIFAR-10 comes with its classes and its official split", async () => {
  using data = smallData();
  const cifar = JSON.parse(Deno.readTextFileSync("data_manifests/cifar10.json"));
  cifar.source.sheets = cifar.source.sheets.slice(5); // the test images are enough
  writeManifest(data.manifests, { ...cifar, images: 10000 });
  using pool = await openPool("cifar10", data);
  assert.equal(pool.images.length, 10000);
  assert.ok(Iterator.from(pool.images).every(({ split }) => split === "test"));
  const perClass = Array(10).fill(0);
  for (const { label } of pool.images) perClass[label!]++;
  assert.deepEqual(perClass, Array(10).fill(1000));
  assert.equal(pool.classes?.[pool.images.at(0)!.label!], "cat"); // as in the official batch
});
