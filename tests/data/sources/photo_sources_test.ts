import assert from "node:assert/strict";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openPool, type Pool } from "../../../src/data/mod.ts";
import { rank } from "../../../src/stats/mod.ts";
import { fetchedFolder } from "../../../src/data/sources/urls.ts";
import { type FileServer, fileServer } from "../../made/data/file_server.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

const photos = await Promise.all(Array.from({ length: 24 }, (_, i) => photoFile(i)));

interface Built {
  keys: string[];
  labels: (number | undefined)[];
  pool: Pool;
}

/** Builds the pool of a source whose files a server has. */
async function build(
  server: FileServer,
  source: Record<string, unknown>,
  images: number,
  more: Record<string, unknown> = {},
): Promise<Built> {
  const place = (value: unknown) => typeof value === "string" ? value.replace("SERVER/", server.url) : value;
  const there = Object.fromEntries(Object.entries(source).map(([field, value]) => [field, place(value)]));
  using folder = filesOnDisk({ "set.json": photoManifest("set", there, images, more) });
  using pool = await openPool("set", { manifests: folder.url, root: `${folder.path}/data` });
  return {
    keys: Array.from(pool.images, ({ key }) => key),
    labels: Array.from(pool.images, ({ label }) => label),
    pool,
  };
}

async function shards(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let shard = 0; shard < 6; shard++) {
    const members = [0, 1, 2, 3].map((i) => ({ name: `${i}.jpg`, bytes: photos[4 * shard + i] }));
    files[`set-${shard}.tar`] = await tarFile(members);
  }
  return files;
}

Deno.test("shards are streamed from the network; of a sample only the first by rank are asked for", async () => {
  await using server = fileServer(await shards());
  const source = { type: "webdataset", shards: "SERVER/set-{0..5}.tar" };
  assert.equal((await build(server, source, 24)).keys.length, 24);
  const order = [0, 1, 2, 3, 4, 5].sort((a, b) =>
    rank(3, `${server.url}set-${a}.tar`) - rank(3, `${server.url}set-${b}.tar`)
  );
  server.asked.length = 0;
  const { keys, pool } = await build(server, source, 24, { sampling: { images: 6, seed: 3 } });
  const first = order.slice(0, 2).flatMap((shard) => [0, 1, 2, 3].map((i) => `set-${shard}/${i}`));
  assert.deepEqual(keys, first.slice(0, 6));
  assert.ok(server.asked.length <= 3);
  const header = JSON.parse(JSON.stringify(pool.manifests[0].sampling));
  assert.deepEqual(header, { images: 6, seed: 3 });
});

Deno.test("of a sample from one large archive no more is downloaded than as far as its last image", async () => {
  const padding = new Uint8Array(1 << 17);
  const members = photos.map((bytes, i) => ({ name: `set/${i}.jpg`, bytes }));
  const rest = Array.from({ length: 400 }, (_, i) => ({ name: `other/${i}.bin`, bytes: padding }));
  const archive = await tarFile([...members, ...rest]);
  let given = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (given >= archive.length) return controller.close();
        controller.enqueue(archive.slice(given, given += 1 << 16));
      },
    }, { highWaterMark: 0 });
  await using server = fileServer({}, () => new Response(body()));
  const source = { type: "webdataset", shards: "SERVER/set.tar", within: "set/" };
  const { keys } = await build(server, source, 24, { sampling: { images: 5, seed: 0 } });
  assert.deepEqual(keys, ["0", "1", "2", "3", "4"]);
  assert.ok(given < archive.length / 2, `${given} of ${archive.length} bytes were given out`);
});

Deno.test("of an archive only the members within a folder are read, also when it is packed", async () => {
  const archive = await tarFile([
    { name: "set/train/a/1.jpg", bytes: photos[1] },
    { name: "set/train/b/2.jpg", bytes: photos[2] },
    { name: "set/val/3.jpg", bytes: photos[3] },
  ]);
  const packed = await new Response(new Blob([archive]).stream().pipeThrough(new CompressionStream("gzip")))
    .bytes();
  await using server = fileServer({ "set.tgz": packed });
  const source = { type: "webdataset", shards: "SERVER/set.tgz", within: "set/train/" };
  assert.deepEqual((await build(server, source, 2)).keys, ["a/1", "b/2"]);
});

Deno.test("of a ZIP archive on the network only the sampled members are read", async () => {
  const members = Object.fromEntries(photos.map((photo, i) => [`images/${i}.jpg`, photo]));
  const padding = { "other/large.bin": new Uint8Array(200_000).map(() => 256 * Math.random()) };
  await using server = fileServer({ "set.zip": zipFile({ ...members, ...padding }) });
  const source = { type: "zip", archives: "SERVER/set.zip", within: "images/" };
  const whole = await build(server, source, 24);
  assert.equal(whole.keys.length, 24);
  const before = server.sent();
  const { keys } = await build(server, source, 24, { sampling: { images: 3, seed: 0 } });
  const expected = Object.keys(members).sort((a, b) => rank(0, a) - rank(0, b)).slice(0, 3);
  assert.deepEqual(keys, expected.map((name) => name.slice("images/".length, -".jpg".length)));
  assert.ok(server.sent() - before < 66_000 + 12_000, `${server.sent() - before} bytes were read`); // 66 kB: the archive's end
});

function parquetFile(rows: number[], rowGroupSize: number): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "image", data: rows.map((i) => new Uint8Array(photos[i])), type: "BYTE_ARRAY" },
      { name: "label", data: rows.map((i) => i % 3), type: "INT32" },
      { name: "name", data: rows.map((i) => `photo-${i}.jpg`), type: "STRING" },
      {
        name: "padding",
        data: rows.map(() => crypto.getRandomValues(new Uint8Array(60_000))),
        type: "BYTE_ARRAY",
      },
    ],
    rowGroupSize,
  }));
}

Deno.test("Parquet rows become images; columns that are not named are not read", async () => {
  const rows = photos.map((_, i) => i);
  const file = parquetFile(rows, 6);
  await using server = fileServer({ "a.parquet": file });
  const source = { type: "parquet", files: "SERVER/a.parquet", image: "image", key: "name", label: "label" };
  const { keys, labels } = await build(server, source, 24);
  assert.deepEqual(keys, rows.map((i) => `photo-${i}`));
  assert.deepEqual(labels, rows.map((i) => i % 3));
  assert.ok(server.sent() < file.length / 2, `${server.sent()} of ${file.length} bytes were read`);
  const { keys: unnamed } = await build(server, { ...source, key: undefined }, 24);
  assert.deepEqual([unnamed[0], unnamed[6]], ["a/0/0", "a/1/0"]);
  const sampled = await build(server, source, 24, { sampling: { images: 8, seed: 1 } });
  const groups = [0, 1, 2, 3].sort((a, b) => rank(1, `a/${a}`) - rank(1, `a/${b}`));
  const inOrder = groups.flatMap((group) => [0, 1, 2, 3, 4, 5].map((i) => `photo-${6 * group + i}`));
  assert.deepEqual(sampled.keys, inOrder.slice(0, 8));
  await assert.rejects(
    build(server, { ...source, image: "picture" }, 24),
    /a\.parquet has no column "picture"; its columns are image, label, name, padding: correct the manifest/,
  );
});

Deno.test("images that were fetched from a list are read back by their keys; without them it says what to do", async () => {
  const list = { type: "urls", format: "tsv", files: "https://example.org/list.tsv", url: "url" };
  using folder = filesOnDisk({ "set.json": photoManifest("set", list, 1000) });
  const options = { manifests: folder.url, root: `${folder.path}/data` };
  await assert.rejects(
    openPool("set", options),
    /images of set have not been fetched; run: deno task fetch set/,
  );
  const { readManifest } = await import("../../../src/data/mod.ts");
  const target = `${fetchedFolder(options.root, readManifest("set", folder.url))}/shards`;
  await Deno.mkdir(target, { recursive: true });
  const members = (first: number) =>
    [first, first + 1].flatMap((i) => [
      { name: `${i}.jpg`, bytes: photos[i] },
      { name: `${i}.json`, bytes: JSON.stringify({ key: `https://example.org/${i}.jpg` }) },
    ]);
  await Deno.writeFile(`${target}/00000.tar`, await tarFile(members(0)));
  await Deno.writeFile(`${target}/00001.tar`, await tarFile(members(2)));
  using pool = await openPool("set", options);
  assert.deepEqual(
    Array.from(pool.images, ({ key }) => key),
    [0, 1, 2, 3].map((i) => `https://example.org/${i}.jpg`),
  );
});
