/** Keys tell images apart, whatever their files are called and wherever they lie. */
import assert from "node:assert/strict";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openPool } from "../../../src/data/mod.ts";
import { classOfCell } from "~/data/sources/cells.ts";
import { expandBraces, shortNames } from "~/data/files/places.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

const photos = await Promise.all(Array.from({ length: 8 }, (_, i) => photoFile(i)));

/** Keys and classes of the pool of a source, and what it leaves out. */
async function built(
  files: Record<string, Uint8Array | string>,
  source: Record<string, unknown>,
  images: number,
  more: Record<string, unknown> = {},
) {
  using folder = filesOnDisk({ ...files, "set.json": photoManifest("set", source, images, more) });
  using pool = await openPool("set", { manifests: folder.url, root: `${folder.path}/data` });
  return {
    keys: Array.from(pool.images, ({ key }) => key),
    labels: Array.from(pool.images, ({ label }) => label),
    groups: Array.from(pool.images, ({ group }) => group),
    classes: pool.classes,
    failed: pool.dropped.failed,
  };
}

Deno.test("files have short names; where two would have one, the paths that tell them apart", () => {
  const names = (pattern: string) => shortNames(expandBraces(pattern), ".tar");
  assert.deepEqual(names("/d/set-{0..1}.tar"), ["set-0", "set-1"]);
  assert.deepEqual(names("/d/one.tar"), ["one"]);
  assert.deepEqual(names("https://a.org/{train,val}/0.tar"), ["train/0", "val/0"]);
  assert.deepEqual(names("/d/{a,b}/{0,1}.tar"), ["a/0", "a/1", "b/0", "b/1"]);
  assert.deepEqual(names("/d/a#b/s{0..1}.tar"), ["s0", "s1"]);
  assert.deepEqual(names("/d/a?b/s{0..1}.tar"), ["s0", "s1"]);
  assert.deepEqual(names("https://a.org/get?file={0..1}.tar"), ["get?file=0", "get?file=1"]);
  assert.deepEqual(names("/{a/,b/,}0{.tar,}"), ["a/0.tar", "a/0", "b/0.tar", "b/0", "0.tar", "0"]);
});

Deno.test("files of one name in several folders: no image is lost, in any kind of source", async () => {
  const parts = [photos.slice(0, 2), photos.slice(2, 4)];
  const rows = (images: Uint8Array[]) =>
    new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "image", data: images, type: "BYTE_ARRAY" }] }));
  const files: Record<string, Uint8Array> = {};
  for (const [i, split] of ["a#1", "a?2"].entries()) {
    const members = parts[i].map((bytes, n) => ({ name: `${n}.jpg`, bytes }));
    files[`${split}/0.tar`] = await tarFile(members);
    files[`${split}/0.zip`] = zipFile(Object.fromEntries(members.map(({ name, bytes }) => [name, bytes])));
    files[`${split}/0.parquet`] = rows(parts[i]);
  }
  const both = "{a#1,a?2}/0";
  const keys = ["a#1/0/0", "a#1/0/1", "a?2/0/0", "a?2/0/1"];
  const tar = { type: "webdataset", shards: `${both}.tar` }, zip = { type: "zip", archives: `${both}.zip` };
  for (const source of [tar, zip]) assert.deepEqual((await built(files, source, 4)).keys, keys);
  const parquet = await built(files, { type: "parquet", files: `${both}.parquet`, image: "image" }, 4);
  assert.deepEqual(parquet.keys, keys.map((key) => key.replace(/(\d)$/, "0/$1")));
  const sampled = await built(files, tar, 4, { sampling: { images: 4, seed: 1 } });
  assert.deepEqual(sampled.keys.sort(), [...keys].sort());
});

Deno.test("images of one name with two endings are two, in one group", async () => {
  const names = ["a.jpg", "a.png", "b.JPG", "b.jpg"];
  const members = names.map((name, i) => ({ name, bytes: photos[i] }));
  const files = Object.fromEntries(members.map(({ name, bytes }) => [name, bytes]));
  const table = new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "image", data: photos.slice(0, 4), type: "BYTE_ARRAY" },
      { name: "name", data: names, type: "STRING" },
    ],
  }));
  const all = {
    ...files,
    "x/s.tar": await tarFile(members),
    "x/s.zip": zipFile(files),
    "x/s.parquet": table,
  };
  for (
    const source of [
      { type: "folder", path: "." },
      { type: "webdataset", shards: "x/s.tar", members: ["jpg", "png"] },
      { type: "zip", archives: "x/s.zip" },
      { type: "parquet", files: "x/s.parquet", image: "image", key: "name" },
    ]
  ) {
    const { keys, groups, failed } = await built(all, source, 4);
    assert.deepEqual([keys, failed], [["a", "a.png", "b", "b.jpg"], []], source.type);
    assert.deepEqual(groups, ["set/a", "set/a", "set/b", "set/b"]);
  }
});

Deno.test("an image that cannot be read does not take its name from the next", async () => {
  const members = [{ name: "a.jpg", bytes: "no image" }, { name: "a.png", bytes: photos[0] }];
  const { keys } = await built(
    { "s.tar": await tarFile(members) },
    { type: "webdataset", shards: "s.tar", members: ["jpg", "png"] },
    2,
  );
  assert.deepEqual(keys, ["a"]);
});

Deno.test("members whose names are no UTF-8 stay apart, and UTF-8 stays what it is", async () => {
  const archive = await tarFile(
    ["caf0.jpg", "caf1.jpg", "水.jpg"].map((name, i) => ({ name, bytes: photos[i] })),
  );
  for (const [member, byte] of [[0, 0xe9], [1, 0xe8]]) {
    const at = archive.findIndex((_, i) =>
      i % 512 === 0 && archive[i + 3] === 48 + member && archive[i] === 99
    );
    archive[at + 3] = byte;
    const sum = archive.subarray(at, at + 512).reduce((a, b, i) => a + (i >= 148 && i < 156 ? 32 : b), 0);
    archive.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), at + 148);
  }
  const { keys } = await built({ "s.tar": archive }, { type: "webdataset", shards: "s.tar" }, 3);
  assert.deepEqual(keys, ["café", "cafè", "水"]);
});

/** A Parquet file of images with one more column. */
function withColumn(name: string, type: string, data: unknown[]): Uint8Array {
  const column = { name, type: type as "STRING", data, nullable: true };
  return new Uint8Array(parquetWriteBuffer({
    columnData: [{ name: "image", data: photos.slice(0, data.length), type: "BYTE_ARRAY" }, column],
  }));
}

Deno.test("a label is a number, a truth value or a name; an empty one is none", () => {
  const none = undefined;
  const cases: [unknown, number | string | undefined][] = [
    ...[null, none, "", " ", [], [3], {}, NaN, 0.5, -1, -1n, "-1", "0.5"].map((
      cell,
    ): [unknown, undefined] => [
      cell,
      none,
    ]),
    ...[0, 0n, "0", " 0 ", false, Uint8Array.of(48)].map((cell): [unknown, number] => [cell, 0]),
    ...[7, 7n, "7", "7.0"].map((cell): [unknown, number] => [cell, 7]),
    [true, 1],
    [" cat ", "cat"],
    [Uint8Array.of(99), "c"],
  ];
  for (const [cell, expected] of cases) assert.equal(classOfCell(cell), expected, `${typeof cell} ${cell}`);
});

Deno.test("labels by name are numbered by the manifest or as they come; contradictions are errors", async () => {
  const labelsOf = async (type: string, data: unknown[], classes?: string[]) => {
    const source = {
      type: "parquet",
      files: "s.parquet",
      image: "image",
      label: "y",
      ...(classes && { classes }),
    };
    const { labels, classes: names } = await built(
      { "s.parquet": withColumn("y", type, data) },
      source,
      data.length,
    );
    return [labels, names];
  };
  const none = undefined;
  assert.deepEqual(await labelsOf("BOOLEAN", [true, false, null]), [[1, 0, none], none]);
  assert.deepEqual(await labelsOf("STRING", ["cat", null, "dog"]), [[0, none, 1], ["cat", "dog"]]);
  assert.deepEqual(await labelsOf("STRING", ["cat", "0", ""], ["dog", "cat"]), [[1, 0, none], [
    "dog",
    "cat",
  ]]);
  await assert.rejects(
    labelsOf("STRING", ["cat", "bird"], ["dog", "cat"]),
    /"bird".*source\.classes are dog, cat/,
  );
  assert.deepEqual(await labelsOf("STRING", ["7", "cat", "7"]), [[0, 1, 0], ["7", "cat"]]);
  assert.deepEqual(await labelsOf("STRING", ["7", "0"]), [[0, 1], ["7", "0"]]);
  assert.deepEqual(await labelsOf("STRING", ["7", "cat"], ["cat", "7"]), [[1, 0], ["cat", "7"]]);
  await assert.rejects(
    labelsOf("INT32", [0, 2], ["dog", "cat"]),
    /"s\/0\/1" in .*s\.parquet has the class 2/,
  );
});

Deno.test("classes that no image has are an error: .cls away from its image, a column that is not named", async () => {
  const [a, b] = photos;
  const sorted = [["0.jpg", a], ["0.cls", "0"], ["1.jpg", b], ["1.cls", "1"]] as const;
  const members = (order: readonly number[]) =>
    tarFile(order.map((i) => ({ name: sorted[i][0], bytes: sorted[i][1] })));
  const source = { type: "webdataset", shards: "s.tar", classes: ["cat", "dog"] };
  const { labels } = await built({ "s.tar": await members([0, 1, 2, 3]) }, source, 2);
  assert.deepEqual(labels, [0, 1]);
  const some = await built({ "s.tar": await members([0, 2, 3, 1]) }, source, 2);
  assert.deepEqual(some.labels, [undefined, 1]);
  const none = built({ "s.tar": await members([0, 2, 1, 3]) }, source, 2);
  await assert.rejects(
    none,
    /no image of s\.tar has a class, though .*\.json names them: a member \.cls must/,
  );
  const unnamed = { type: "parquet", files: "s.parquet", image: "image", classes: ["cat", "dog"] };
  const column = withColumn("y", "INT32", [0, 1]);
  await assert.rejects(built({ "s.parquet": column }, unnamed, 2), /no image .* source\.label must name/);
});

Deno.test("keys of a column: text as bytes, hashes in hex, the row's place where there is none", async () => {
  const keysOf = async (type: string, data: unknown[]) => {
    const source = { type: "parquet", files: "s.parquet", image: "image", key: "k" };
    return (await built({ "s.parquet": withColumn("k", type, data) }, source, data.length)).keys;
  };
  const bytes = ["one.jpg", "zwölf"].map((text) => new TextEncoder().encode(text));
  const cells = [...bytes, Uint8Array.of(0xff, 9), null, null];
  assert.deepEqual(await keysOf("BYTE_ARRAY", cells), ["one", "zwölf", "ff09", "s/0/3", "s/0/4"]);
});

Deno.test("a row without an image says what it has instead", async () => {
  const source = { type: "parquet", files: "s.parquet", image: "y" };
  const failure = async (type: string, data: unknown[]) =>
    await built({ "s.parquet": withColumn("y", type, data) }, source, data.length).then(
      () => "",
      ({ message }) => message as string,
    );
  assert.match(
    await failure("STRING", ["aGk=", "aGk="]),
    /no bytes of an image: it has a text, as a path or base64/,
  );
});
