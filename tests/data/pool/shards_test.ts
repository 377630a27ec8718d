/** Pools that read their images from the shards of their source. */
import assert from "node:assert/strict";
import { statfsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import {
  fetchedFolder,
  openPool,
  type Pool,
  type PoolProgress,
  readManifest,
  startBatchWorkers,
  trainingBatches,
  validationBatches,
} from "../../../src/data/mod.ts";
import { readHeader } from "../../../src/data/pool/header.ts";
import { randomCrop, storedJpeg } from "../../../src/images/mod.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";

const RENDER = { render: { shorter: 60, channels: 3, background: "#ffffff" } };

/** Four photographs in the form that is stored, one that is a PNG file, one that is larger than what is stored. */
const stored = await Promise.all(
  [[70, 60], [50, 40], [60, 90], [64, 48]].map(async ([width, height], i) =>
    (await storedJpeg(await photoFile(9 * i + 1, "png", width, height), { shorter: 60 })).file
  ),
);
const others = [
  { name: "e.png", bytes: await photoFile(50, "png", 66, 44) },
  { name: "f.jpg", bytes: (await storedJpeg(await photoFile(60, "png", 90, 80), { shorter: 500 })).file },
];
const shard = await tarFile([
  ...stored.map((bytes, i) => ({ name: `${"long/".repeat(25 * i)}${i}.jpg`, bytes })), // from the second on with a long header
  ...others,
]);
const IMAGES = stored.length + others.length;

/** A folder with the shard as `set`, and packed, which cannot be read in place, as `packed`. */
function shards() {
  const manifest = (name: string, file: string) =>
    photoManifest(name, { type: "webdataset", shards: file }, IMAGES, RENDER);
  const files = filesOnDisk({
    "a.tar": shard,
    "a.tar.gz": gzipSync(shard),
    "set.json": manifest("set", "a.tar"),
    "packed.json": manifest("packed", "a.tar.gz"),
  });
  return { ...files, options: { manifests: files.url, root: `${files.path}/data` } };
}

const batchesOf = (pool: Pool) => ({
  pools: [pool],
  indices: [Int32Array.of(0, 1, 2, 3, 4, 5)],
  imageSize: 32,
  batchSize: 4,
  seed: 3,
  augmentation: { ...randomCrop, randAugment: "rand-m9-mstd0.5-inc1" },
});

Deno.test("images that lie in a shard as they are stored are not copied: only the others are", async () => {
  using files = shards();
  const progress: PoolProgress[] = [];
  const onProgress = (told: PoolProgress) => progress.push(told);
  using pool = await openPool("set", { ...files.options, onProgress });
  assert.deepEqual([pool.inPlace, progress.at(-1)!.inPlace], [4, 4]);
  const { size, mtime } = Deno.statSync(`${files.path}/a.tar`);
  assert.deepEqual(readHeader(pool.folders[0]).shards, [
    { path: `${files.path}/a.tar`, bytes: size, modified: mtime!.getTime(), images: 4 },
  ]);
  const copied = [...pool.images].filter(({ shard }) => shard === undefined);
  assert.deepEqual(copied.map(({ key }) => key), ["e", "f"]);
  assert.equal(
    Deno.statSync(`${pool.folders[0]}/images.bin`).size,
    copied.reduce((sum, { bytes }) => sum + bytes![1], 0),
  );
  for (const [i, bytes] of stored.entries()) {
    assert.deepEqual(pool.encoded!(i).file(), new Uint8Array(bytes));
    const [offset, length] = pool.images.at(i)!.bytes!;
    assert.deepEqual(shard.subarray(offset, offset + length), new Uint8Array(bytes));
  }
});

Deno.test("images read in place are those of a copied pool, bit for bit, also in batches on threads", async () => {
  using files = shards();
  using pool = await openPool("set", files.options);
  using copied = await openPool("packed", files.options);
  assert.deepEqual([pool.inPlace, copied.inPlace, readHeader(copied.folders[0]).shards], [4, 0, undefined]);
  const described = (from: Pool) =>
    Array.from(from.images, ({ shard: _, bytes, group: __, ...rest }) => ({ ...rest, length: bytes![1] }));
  assert.deepEqual(described(pool), described(copied));
  for (let i = 0; i < IMAGES; i++) {
    assert.deepEqual(pool.read(i), copied.read(i));
    assert.deepEqual(pool.encoded!(i).file(), copied.encoded!(i).file());
  }
  const [here, there] = [batchesOf(copied), batchesOf(pool)];
  using workers = startBatchWorkers({ workers: 2 });
  await workers.ready;
  const training = workers.training(there);
  for (const step of [0, 1, 2, 9]) {
    assert.deepEqual(await training.batch(step), trainingBatches(here).batch(step));
  }
  const validation = await Array.fromAsync(workers.validation(there).batches());
  assert.deepEqual(validation, [...validationBatches(here).batches()]);
});

Deno.test("squares of pixels are copied, whatever the shard has", async () => {
  using files = shards();
  const source = { type: "webdataset", shards: "a.tar" };
  Deno.writeTextFileSync(`${files.path}/squares.json`, photoManifest("squares", source, IMAGES));
  using pool = await openPool("squares", files.options);
  assert.deepEqual([pool.inPlace, readHeader(pool.folders[0]).shards], [0, undefined]);
});

Deno.test("images that may stay where they are need no space; of shards on the network all must be copied", async () => {
  using files = shards();
  const { bavail, bsize } = statfsSync(files.path);
  const images = Math.floor(bavail * bsize / 2000); // too many for 3400 bytes each, not for the 1000 of an index
  const manifest = (name: string, place: string) =>
    photoManifest(name, { type: "webdataset", shards: place }, images, RENDER);
  Deno.writeTextFileSync(`${files.path}/here.json`, manifest("here", "a.tar"));
  Deno.writeTextFileSync(`${files.path}/there.json`, manifest("there", "http://127.0.0.1:1/a.tar"));
  await assert.rejects(openPool("here", files.options), /field "images" says \d+, but a\.tar has 6/);
  await assert.rejects(openPool("there", files.options), /the disk is full: the pool of there needs about/);
});

/** Damage to a shard while a pool is in use, and the words of its error. */
const DAMAGE: Record<string, [(path: string) => void, RegExp]> = {
  truncated: [(path) => Deno.truncateSync(path, 2000), /a\.tar has changed: it has 2000 bytes of .* instead/],
  replaced: [
    (path) => {
      const { mtime, size } = Deno.statSync(path);
      Deno.writeFileSync(path, new Uint8Array(size));
      Deno.utimeSync(path, new Date(), new Date(mtime!.getTime() + 1000));
    },
    /a\.tar has changed: it has \d+ bytes of .* instead of \d+ bytes of /,
  ],
  deleted: [(path) => Deno.removeSync(path), /a\.tar cannot be read \(.*No such file/],
};

for (const [what, [damage, fault]] of Object.entries(DAMAGE)) {
  Deno.test(`a shard that is ${what} is the error of the image and of the batch, which says what to do`, async () => {
    using files = shards();
    using pool = await openPool("set", files.options);
    using workers = startBatchWorkers({ workers: 1 });
    await workers.ready;
    damage(`${files.path}/a.tar`);
    for (const message of [fault, /Images of the pool .*set-[0-9a-f]+ are read from it: put it back/]) {
      assert.throws(() => pool.read(0), message);
      await assert.rejects(async () => await workers.training(batchesOf(pool)).batch(0), message);
    }
  });
}

/** A list of URLs whose images have been fetched: its folder of pools with their shard. */
function fetched() {
  const source = { type: "urls", format: "tsv", files: "list.tsv", url: "url" };
  const files = filesOnDisk({
    "list.tsv": "url\n",
    "list.json": photoManifest("list", source, IMAGES, RENDER),
  });
  const options = { manifests: files.url, root: `${files.path}/data` };
  const folder = `${fetchedFolder(options.root, readManifest("list", files.url))}/shards`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(`${folder}/00000.tar`, shard);
  return { ...files, options, shard: `${folder}/00000.tar` };
}

Deno.test("fetched images are read in place; their pool opens only with the shards that it was built from", async () => {
  using files = fetched();
  const pixels = async () => {
    using pool = await openPool("list", files.options);
    assert.equal(pool.inPlace, 4);
    return Array.from({ length: IMAGES }, (_, i) => pool.read(i));
  };
  const before = await pixels();
  const { mtime } = Deno.statSync(files.shard);
  Deno.writeFileSync(files.shard, shard.subarray(0, 5000));
  await assert.rejects(
    pixels(),
    /00000\.tar has changed: it has 5000 bytes .*put it back as it was, or remove/,
  );
  Deno.removeSync(files.shard);
  await assert.rejects(pixels(), /00000\.tar cannot be read .*put it back as it was, or remove/);
  Deno.writeFileSync(files.shard, shard);
  Deno.utimeSync(files.shard, mtime!, mtime!);
  assert.deepEqual(await pixels(), before);
});

Deno.test("a folder of pools can be moved with the shards in it", async () => {
  using files = fetched();
  (await openPool("list", files.options))[Symbol.dispose]();
  Deno.renameSync(files.options.root, `${files.path}/elsewhere`);
  using after = await openPool("list", { ...files.options, root: `${files.path}/elsewhere` });
  assert.equal(after.inPlace, 4);
  assert.deepEqual(after.encoded!(2).file(), new Uint8Array(stored[2]));
});

Deno.test("a build that is killed is begun again, with the pool of one that was not", async () => {
  const members = await Promise.all(Array.from({ length: 150 }, async (_, i) => {
    const { file: bytes } = await storedJpeg(await photoFile(i, "png", 240, 180 + i), { shorter: 500 });
    return { name: `${i}.jpg`, bytes };
  }));
  const render = { render: { ...RENDER.render, shorter: 500 } };
  using files = filesOnDisk({
    "many.tar": await tarFile(members),
    "many.json": photoManifest("many", { type: "webdataset", shards: "many.tar" }, members.length, render),
  });
  const root = `${files.path}/data`;
  const args = ["run", "-A", "--no-check", "tests/made/data/open_pool.ts", files.url.href, root, "many"];
  const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    if (!text.includes("building")) continue;
    process.kill("SIGKILL");
    break;
  }
  assert.equal((await process.status).signal, "SIGKILL");
  assert.ok([...Deno.readDirSync(root)].some(({ name }) => name.endsWith(".building")), "it was building");
  using again = await openPool("many", { manifests: files.url, root });
  using other = await openPool("many", { manifests: files.url, root: `${files.path}/other` });
  assert.ok(again.inPlace > 100);
  const headers = [again, other].map(({ folders: [folder] }) => ({ ...readHeader(folder), builtAt: "" }));
  assert.deepEqual(headers[0], headers[1]);
  assert.deepEqual([...again.images], [...other.images]);
});
