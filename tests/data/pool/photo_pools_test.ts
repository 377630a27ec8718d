import assert from "node:assert/strict";
import { datasetHash, datasetsOf, openPool, readManifest } from "../../../src/data/mod.ts";
import { centreSquare, decode } from "../../../src/images/mod.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { environment } from "../../made/environment.ts";

async function squareOf(file: Uint8Array): Promise<Uint8Array> {
  const out = new Uint8Array(16 * 16 * 3);
  centreSquare(await decode(file, 3), 16, out);
  return out;
}

Deno.test("WebDataset shards become a pool: keys, classes, centred squares, one image of each kind", async () => {
  const photos = await Promise.all([0, 1, 2, 3].map((i) => photoFile(i, "jpeg", 20 + 9 * i, 30 - 3 * i)));
  const classes = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"];
  using files = filesOnDisk({
    "shards/set-00.tar": await tarFile([
      { name: "a/0.cls", bytes: "3\n" },
      { name: "a/0.jpg", bytes: photos[0] },
      { name: "a/0.json", bytes: "{}" },
      { name: "a/1.jpg", bytes: photos[1] },
      { name: "a/2.jpg", bytes: photos[1] },
    ]),
    "shards/set-01.tar": await tarFile([
      { name: "0.jpeg", bytes: photos[2] },
      { name: "link.jpg", type: "symlink", linkname: "0.jpeg" },
      { name: "broken.jpg", bytes: photos[3].subarray(0, 200) },
      { name: "last.JPG", bytes: photos[3] },
      { name: "last.cls", bytes: "7" },
    ]),
    "set.json": photoManifest("set", { type: "webdataset", shards: "shards/set-{00..01}.tar", classes }, 7),
  });
  using pool = await openPool("set", { manifests: files.url, root: `${files.path}/data` });
  assert.deepEqual(Array.from(pool.images, ({ key, label }) => [key, label]), [
    ["set-00/a/0", 3],
    ["set-00/a/1", undefined],
    ["set-01/0", undefined],
    ["set-01/last", 7],
  ]);
  assert.deepEqual(pool.classes, classes);
  for (const [i, photo] of photos.entries()) assert.deepEqual(pool.read(i), await squareOf(photo));
  assert.equal(pool.dropped.duplicates, 1);
  const file = `${files.path}/shards/set-01.tar`;
  assert.deepEqual(pool.dropped.failed.map(({ key, file, reason }) => [key, file, reason]), [
    ["set-01/link", file, "unreadable"],
    ["set-01/broken", file, "damaged"],
  ]);
  assert.match(pool.dropped.failed[0].detail, /it is a link to 0\.jpeg/);
});

Deno.test("folders become a pool: flat, with classes, with splits", async () => {
  const photos = await Promise.all([0, 1, 2, 3].map((i) => photoFile(i, i % 2 ? "png" : "webp")));
  using files = filesOnDisk({
    "images/train/dog/b.webp": photos[0],
    "images/train/cat/a.png": photos[1],
    "images/val/dog/c.webp": photos[2],
    "images/val/eel/x/d.PNG": photos[3],
    "images/val/notes.txt": "no image",
    "images/.hidden.png": photos[1],
    "flat.json": photoManifest("flat", { type: "folder", path: "images" }, 4),
    "classes.json": photoManifest("classes", {
      type: "folder",
      path: "./images",
      splits: ["train", "val"],
      classFolders: true,
    }, 4),
  });
  Deno.symlinkSync(`${files.path}/images`, `${files.path}/images/train/dog/circle`);
  const options = { manifests: files.url, root: `${files.path}/data` };
  using flat = await openPool("flat", options);
  const keys = ["train/cat/a", "train/dog/b", "val/dog/c", "val/eel/x/d"];
  assert.deepEqual(Array.from(flat.images, ({ key }) => key), keys);
  assert.deepEqual(flat.read(2), await squareOf(photos[2]));
  using classes = await openPool("classes", options);
  assert.deepEqual(
    Array.from(classes.images, ({ key, label, split }) => [key, label, split]),
    [
      [keys[0], 0, "train"],
      [keys[1], 1, "train"],
      [keys[2], 1, "val"],
      [keys[3], 2, "val"],
    ].map((expected) => expected),
  );
  assert.deepEqual([classes.classes, flat.classes], [["cat", "dog", "eel"], undefined]);
});

Deno.test("the identity of a local dataset follows its files", async () => {
  using files = filesOnDisk({
    "a.png": await photoFile(1, "png"),
    "set.json": photoManifest("set", { type: "folder", path: "." }, 1),
  });
  const before = datasetHash(readManifest("set", files.url));
  assert.equal(datasetHash(readManifest("set", files.url)), before);
  Deno.writeFileSync(`${files.path}/b.png`, await photoFile(2, "png"));
  // A fingerprint is used again for a while, 50 times as long as it took to take: seconds on a busy machine.
  const deadline = performance.now() + 60_000;
  const sameYet = () => datasetHash(readManifest("set", files.url)) === before;
  while (sameYet()) {
    assert.ok(performance.now() < deadline, "a new file must change the identity");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

Deno.test("what is wrong with a local source is said with the path", async () => {
  using files = filesOnDisk({
    "short.tar": (await tarFile([{ name: "a.jpg", bytes: await photoFile(1) }])).subarray(0, 700),
    "short.json": photoManifest("short", { type: "webdataset", shards: "short.tar" }, 1),
    "none.json": photoManifest("none", { type: "webdataset", shards: "none-{0..3}.tar" }, 1),
    "nowhere.json": photoManifest("nowhere", { type: "folder", path: "nowhere" }, 1),
    "brace.json": photoManifest("brace", { type: "webdataset", shards: "a{0..1.tar" }, 1),
  });
  const options = { manifests: files.url, root: `${files.path}/data` };
  await assert.rejects(
    openPool("short", options),
    /short\.tar is damaged: Unexpected end of data; obtain it again/,
  );
  await assert.rejects(openPool("none", options), /none-0\.tar cannot be read .*correct the path/);
  await assert.rejects(openPool("nowhere", options), /nowhere cannot be read .*correct the path/);
  await assert.rejects(
    openPool("brace", options),
    /brace\.json: field "source\.shards": "a\{0\.\.1\.tar" has a brace/,
  );
});

Deno.test("NTD_MANIFESTS adds a folder of manifests after those of the repository", async () => {
  using files = filesOnDisk({
    "my-photos.json": photoManifest("my-photos", { type: "folder", path: "." }, 1),
    "a.png": await photoFile(1, "png"),
  });
  using _own = environment({ NTD_MANIFESTS: files.path });
  assert.deepEqual(datasetsOf("my-photos,tabler"), ["my-photos", "tabler"]);
  assert.equal(readManifest("my-photos").folder.href, files.url.href);
  using _none = environment({ NTD_MANIFESTS: `${files.path}/none` });
  assert.throws(() => datasetsOf("tabler"), /folder of manifests .*none.* cannot be read .*NTD_MANIFESTS/);
});
