import assert from "node:assert/strict";
import { replaceFile } from "../../src/disk/mod.ts";

for (const flush of [false, true]) {
  Deno.test(`a file that cannot be finished leaves the old one${flush ? ", also when it is flushed" : ""}`, async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/file`;
    const write = (bytes: Uint8Array, fault?: Error) =>
      replaceFile(path, async (temporary) => {
        await Deno.writeFile(temporary, bytes);
        if (fault) throw fault;
      }, { flush });
    try {
      await write(new Uint8Array(100_000).fill(1));
      await assert.rejects(
        write(new Uint8Array(50).fill(2), new Error("disk full")),
        /file could not be written: disk full/,
      );
      assert.deepEqual(await Deno.readFile(path), new Uint8Array(100_000).fill(1));
      await write(Uint8Array.of(3));
      assert.deepEqual(await Deno.readFile(path), Uint8Array.of(3));
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("of a link the file that it leads to is replaced; a pipe stays a pipe", async () => {
  const folder = await Deno.makeTempDir();
  const [file, link, pipe] = ["file", "link", "pipe"].map((name) => `${folder}/${name}`);
  const write = (path: string, text: string) =>
    replaceFile(path, (temporary) => Deno.writeTextFile(temporary, text));
  await Deno.writeTextFile(file, "old");
  await Deno.symlink("file", link);
  await write(link, "new");
  assert.ok((await Deno.lstat(link)).isSymlink);
  assert.equal(await Deno.readTextFile(file), "new");
  assert.ok(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
  const reader = new Deno.Command("cat", { args: [pipe], stdout: "piped" }).spawn();
  await write(pipe, "through");
  assert.ok((await Deno.lstat(pipe)).isFifo);
  assert.equal(await reader.stdout.text(), "through");
  await reader.status;
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["file", "link", "pipe"]);
  await Deno.remove(folder, { recursive: true });
});
