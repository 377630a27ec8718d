/** Groups of a user's own: by a pattern of names, or in a CSV file. */
import assert from "node:assert/strict";
import { ownGroups, rowsWithoutImage } from "~/experiments/kinds/audit/groups.ts";
import { filesOnDisk } from "../../made/data/photo_files.ts";

const images = [
  { name: "clip1/a.jpg", place: "/data/clip1/a.jpg" },
  { name: "clip2/b.jpg", place: "/data/clip2/b.jpg" },
  { name: "other.jpg" },
];

Deno.test("a pattern's first group names the group, or all that it finds", async () => {
  const groupsBy = (pattern: string) => ownGroups({ groups: { pattern } }, images);
  assert.deepEqual(await groupsBy("^clip(\\d)/"), ["1", "2", undefined]);
  assert.deepEqual(await groupsBy("^[a-z]+"), ["clip", "clip", "other"]);
  assert.deepEqual(await groupsBy("^[a-z]+(\\d*)"), ["1", "2", undefined]);
  await assert.rejects(groupsBy("x*"), /the pattern x\* finds nothing/);
});

Deno.test("a CSV file names files by their names in the dataset or by their paths", async () => {
  using files = filesOnDisk({
    "g.csv": '\ufefffile,group\r\n"clip1/a.jpg",x\r\n/data/clip2/b.jpg,"y, z"\r\n',
  });
  const groups = { csv: `${files.path}/g.csv` };
  assert.deepEqual(await ownGroups({ groups }, images), ["x", "y, z", undefined]);
});

Deno.test("an empty cell is no group, and an image in two groups is an error", async () => {
  using files = filesOnDisk({
    "empty.csv": "file,group\nclip1/a.jpg,\nclip2/b.jpg,\nother.jpg,z\n",
    "two.csv": "file,group\nother.jpg,y\nother.jpg,z\n",
  });
  const groupsIn = (name: string) => ownGroups({ groups: { csv: `${files.path}/${name}` } }, images);
  assert.deepEqual(await groupsIn("empty.csv"), [undefined, undefined, "z"]);
  await assert.rejects(groupsIn("two.csv"), /two\.csv has "other\.jpg" in two groups, "y" and "z"/);
});

Deno.test("rows of a CSV file that name no image are counted, and the first are named", async () => {
  const stray = Array.from({ length: 12 }, (_, i) => `clip1/A${i}.JPG`);
  const rows = ["/data/clip2/b.jpg,x", "other.jpg,y", ...stray.map((name) => `${name},z`)];
  using files = filesOnDisk({
    "g.csv": ["file,group", ...rows].join("\n"),
    "all.csv": "file,group\nother.jpg,x\nclip2/b.jpg,\n",
  });
  const straysIn = (name: string) =>
    rowsWithoutImage({ groups: { csv: `${files.path}/${name}` } }, ReadableStream.from(images));
  assert.deepEqual(await straysIn("g.csv"), { count: 12, first: stray.slice(0, 10) });
  assert.equal(await straysIn("all.csv"), undefined);
  assert.equal(await rowsWithoutImage({ groups: { pattern: "x" } }, ReadableStream.from(images)), undefined);
});

Deno.test("without groups no image is in one", async () => {
  assert.deepEqual(await ownGroups({}, images), [undefined, undefined, undefined]);
});
