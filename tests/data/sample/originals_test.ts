/** Samples of files as they are: by rank of their names, the same in any order, nested. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { folder, sampleOriginals } from "../../../src/data/mod.ts";
import { filesOnDisk, photoFile } from "../../made/data/photo_files.ts";
import { environment } from "../../made/environment.ts";

Deno.test("a sample of a folder is nested, has whole names, and gives each file's own bytes", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 30; i++) files[`set/${i % 3}/${i}.jpg`] = await photoFile(i);
  files["set/0/0.png"] = await photoFile(100, "png");
  using made = filesOnDisk(files);
  using _data = environment({ NTD_DATA: join(made.path, "data") });
  const name = folder(join(made.path, "set"));
  const sample = (most: number, seed = 0) => sampleOriginals(name, { most, seed });
  const [few, more, all, other] = [
    await sample(5),
    await sample(12),
    await sample(1000),
    await sample(12, 1),
  ];
  assert.equal(all.total, 31);
  assert.deepEqual([...all.names].sort(), Object.keys(files).map((path) => path.slice(4)).sort());
  assert.equal(few.names.length, 5);
  assert.deepEqual(few.names.filter((name) => !more.names.includes(name)), []);
  assert.notDeepEqual(other.names, more.names);
  assert.ok(few.areFiles);
  const given = await Array.fromAsync(more.images());
  assert.deepEqual(given.map(({ name }) => name), more.names);
  for (const { name, place, file } of given) {
    assert.equal(place, join(made.path, "set", name));
    assert.deepEqual(new Uint8Array(await file()), new Uint8Array(files[`set/${name}`]));
  }
  Deno.writeTextFileSync(join(made.path, "set", "new.jpg"), "other");
  await assert.rejects(sample(5), /has changed since it was named/);
});

Deno.test("drawings are given as PNG files, and a part has its own", async () => {
  const parts = await Promise.all(
    ["fxemoji#1/2", "fxemoji#2/2"].map((part) => sampleOriginals(part, { most: 10_000, seed: 0 })),
  );
  const [first, second] = parts.map(({ names }) => new Set(names));
  assert.ok(first.size > 400 && second.size > 400 && first.isDisjointFrom(second));
  assert.ok(!parts[0].areFiles);
  const { value } = await parts[0].images().next();
  assert.deepEqual([...(await value!.file()).slice(1, 4)], [...new TextEncoder().encode("PNG")]);
});
