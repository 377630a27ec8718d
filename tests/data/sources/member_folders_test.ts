/** Folders in archives that are official splits and semantic classes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  openPool,
  openPools,
  parseManifest,
  type Pool,
  sampleClasses,
  splitsOf,
} from "../../../src/data/mod.ts";
import { memberFolders } from "~/data/sources/image_paths.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

const name = fc.stringMatching(/^[a-z0-9]{1,4}$/);

Deno.test("split and class are the first folders, the rest of the path says nothing", () => {
  fc.assert(
    fc.property(name, name, fc.array(name, { maxLength: 3 }), fc.boolean(), (split, className, more, dot) => {
      const within = [className, ...more, "x.JPEG"].join("/");
      const path = `${dot ? "./" : ""}${split}/${within}`;
      const source = { splits: [split, "other!"], classFolders: true };
      assert.deepEqual(memberFolders(path, source), { split, className });
      assert.deepEqual(memberFolders(path, { splits: [split] }), { split });
      assert.deepEqual(memberFolders(within, { classFolders: true }), { className });
      assert.deepEqual(memberFolders(path, {}), {});
      assert.equal(memberFolders(path, { splits: ["other!"], classFolders: true }), undefined);
    }),
  );
  assert.deepEqual(memberFolders("x.jpg", { classFolders: true }), {}, "it lies in no folder");
  assert.deepEqual(memberFolders("train/x.jpg", { splits: ["train"], classFolders: true }), {
    split: "train",
  });
  assert.equal(memberFolders("train", { splits: ["train"] }), undefined);
});

const PATHS = [
  "train/n01/a.JPEG",
  "train/n01/deep/b.JPEG",
  "train/n02/a.JPEG",
  "val/n01/c.JPEG",
  "val/n03/a.JPEG",
  "test/n04/a.JPEG",
];
const files = new Map(await Promise.all(PATHS.map(async (path, i) => [path, await photoFile(i)] as const)));
const FOLDERS = { splits: ["train", "val"], classFolders: true };

/** The same files as a folder, as a tar and as a zip; the archives have them in a folder of their own. */
async function datasets() {
  const members = [...files].map(([path, bytes]) => ({ name: `set2/${path}`, bytes }));
  const archived = { within: "set2/", ...FOLDERS };
  const sources = {
    folder: { type: "folder", path: "set2", ...FOLDERS },
    tar: { type: "webdataset", shards: "set2.tar", ...archived },
    zip: { type: "zip", archives: "set2.zip", ...archived },
  };
  return filesOnDisk({
    ...Object.fromEntries(members.map(({ name, bytes }) => [name, bytes])),
    "set2.tar": await tarFile(members),
    "set2.zip": zipFile(Object.fromEntries(members.map(({ name, bytes }) => [name, bytes]))),
    ...Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [`${name}.json`, photoManifest(name, source, 5)]),
    ),
  });
}

const described = (pool: Pool) =>
  Array.from(pool.images, ({ key, label, split, sha256 }) => ({
    key,
    split,
    className: pool.classes![label!],
    sha256,
  }));

Deno.test("an archive has the splits and classes of the folder that it was made of", async () => {
  using folder = await datasets();
  const options = { manifests: folder.url, root: `${folder.path}/data` };
  using expected = await openPool("folder", options);
  assert.equal(described(expected)[4].className, "n03");
  for (const name of ["tar", "zip"]) {
    using pool = await openPool(name, options);
    assert.deepEqual(described(pool), described(expected), name);
    assert.deepEqual(pool.classes, ["n01", "n02", "n03"], name);
    using again = await openPool(name, options);
    assert.deepEqual(again.classes, pool.classes);
    assert.deepEqual(splitsOf(pool.manifests[0]), ["train", "val"]);
    const [validation] = await openPools([`${name}@val`], options);
    assert.deepEqual(Array.from(validation.images, ({ key }) => key), ["val/n01/c", "val/n03/a"]);
    validation[Symbol.dispose]();
    const sample = sampleClasses(pool, { train: 2, validation: 2, seed: 0 });
    assert.deepEqual(sample.names, ["n01", "n02", "n03"]);
  }
});

Deno.test("an image in no folder has no class; without class folders there are none", async () => {
  const members = [
    { name: "dog/a.jpg", bytes: await photoFile(1) },
    { name: "b.jpg", bytes: await photoFile(2) },
    { name: "cat/c.jpg", bytes: await photoFile(3) },
  ];
  const source = { type: "webdataset", shards: "set.tar" };
  using folder = filesOnDisk({
    "set.tar": await tarFile(members),
    "with.json": photoManifest("with", { ...source, classFolders: true }, 3),
    "without.json": photoManifest("without", source, 3),
  });
  const options = { manifests: folder.url, root: `${folder.path}/data` };
  using pool = await openPool("with", options);
  assert.deepEqual(Array.from(pool.images, ({ label }) => label), [0, undefined, 1]);
  assert.deepEqual(pool.classes, ["dog", "cat"], "numbered as they come");
  assert.throws(() => sampleClasses(pool, { train: 1, validation: 1, seed: 0 }), /image b has no class/);
  using without = await openPool("without", options);
  assert.deepEqual([without.classes, without.images.at(0)!.label], [undefined, undefined]);
});

Deno.test("names of classes and folders that are classes exclude each other", () => {
  const source = { type: "webdataset", shards: "a.tar", classes: ["a", "b"], classFolders: true };
  assert.throws(
    () => parseManifest(photoManifest("set", source, 1), "set.json"),
    /field "source\.classes": the folders name the classes: leave it out, or classFolders/,
  );
});
