import assert from "node:assert/strict";
import type { RandomAccess } from "~/data/files/open.ts";
import { tarMembers } from "../../../src/data/files/tar_members.ts";
import { zipEntries } from "../../../src/data/files/zip_entries.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";
import { openPool } from "../../../src/data/mod.ts";

/** A tar record made by hand: for what no writer writes. */
function record(name: Uint8Array | string, type: string, content = "", size = content.length): Uint8Array {
  const block = new Uint8Array(512 + Math.ceil(content.length / 512) * 512);
  const put = (at: number, value: Uint8Array | string) =>
    block.set(typeof value === "string" ? new TextEncoder().encode(value) : value, at);
  put(0, name);
  put(100, "0000644\0");
  put(124, size.toString(8).padStart(11, "0") + "\0");
  put(136, "00000000000\0");
  put(148, "        ");
  put(156, type);
  put(257, "ustar  \0"); // GNU's
  put(512, content);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte);
  put(148, sum.toString(8).padStart(6, "0") + "\0 ");
  return block;
}

const END = new Uint8Array(1024);
const members = (records: Uint8Array[]) =>
  Array.fromAsync(tarMembers(ReadableStream.from([...records, END]), { wanted: () => true, largest: 1000 }));

Deno.test("GNU's long names, names that are no UTF-8, sparse files, names twice and in other case", async () => {
  const long = `${"deep/".repeat(60)}photo.jpg`;
  const found = await members([
    record("././@LongLink", "L", long),
    record(long.slice(0, 99), "0", "x"),
    record("././@LongLink", "L", `${"../".repeat(60)}photo.jpg`),
    record("short.jpg", "0", "x"),
    record(new Uint8Array([0x66, 0xff, 0xfe, 0x2e, 0x6a]), "0", "x"),
    record("sparse.jpg", "S", "x"),
    record("twice.jpg", "0", "1"),
    record("twice.jpg", "0", "2"),
    record("TWICE.jpg", "0", "3"),
  ]);
  assert.deepEqual(found.map(({ name, refused }) => [name.slice(-12), refused]), [
    ["ep/photo.jpg", undefined],
    ["../photo.jpg", "its name leads out of the archive"],
    ["fÿþ.j", undefined],
    ["sparse.jpg", "it is not a file (of an unknown kind)"],
    ["twice.jpg", undefined],
    ["twice.jpg", undefined],
    ["TWICE.jpg", undefined],
  ]);
});

Deno.test("a member that claims to be huge takes no memory, and the archive is damaged", async () => {
  const before = Deno.memoryUsage().rss;
  const huge = tarMembers(ReadableStream.from([record("a.jpg", "0", "x", 0o77777777777), END]), {
    wanted: () => true,
    largest: 1000,
  });
  const { value } = await huge.next();
  assert.match(value!.refused!, /it has 8589934591 bytes; 1000 are the most/);
  await assert.rejects(huge.next(), /Unexpected end of data/);
  await assert.rejects(
    Array.fromAsync(tarMembers(ReadableStream.from([record("././@LongLink", "L", "x", 1 << 30), END]), {
      wanted: () => true,
      largest: 1000,
    })),
    /Header exceeds max size/,
  );
  assert.ok(Deno.memoryUsage().rss - before < 100e6);
});

Deno.test("memory does not depend on the number of members", async () => {
  const one = record("a.jpg", "0", "x".repeat(400));
  const many = function* () {
    for (let i = 0; i < 60_000; i++) yield one;
    yield END;
  };
  let count = 0, most = 0;
  const before = Deno.memoryUsage().rss;
  for await (const _ of tarMembers(ReadableStream.from(many()), { wanted: () => true, largest: 1000 })) {
    if (++count % 5000 === 0) most = Math.max(most, Deno.memoryUsage().rss - before);
  }
  assert.equal(count, 60_000);
  assert.ok(most < 150e6, `${most / 1e6} MB more`);
});

Deno.test("in a pool a name counts once, and keys with dots stay whole", async () => {
  using files = filesOnDisk({
    "set.tar": await tarFile([
      { name: "a.b.v2.jpg", bytes: await photoFile(1) },
      { name: "a.b.v3.jpg", bytes: await photoFile(2) },
      { name: "c.jpg", bytes: await photoFile(3) },
      { name: "c.jpg", bytes: await photoFile(4) },
    ]),
    "set.json": photoManifest("set", { type: "webdataset", shards: "set.tar" }, 4),
  });
  using pool = await openPool("set", { manifests: files.url, root: `${files.path}/data` });
  assert.deepEqual(Array.from(pool.images, ({ key }) => key), ["a.b.v2", "a.b.v3", "c"]);
  const file = `${files.path}/set.tar`;
  assert.deepEqual(pool.dropped.failed, [{
    key: "c",
    file,
    reason: "key_twice",
    detail: "it is the second",
  }]);
});

function inMemory(bytes: Uint8Array<ArrayBuffer>): RandomAccess {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    [Symbol.dispose]: () => {},
  };
}

Deno.test("ZIP archives: members come back; names that lead out, lies about sizes, encryption and damage are refused", async () => {
  const photo = await photoFile(1);
  const [entry] = await zipEntries(inMemory(zipFile({ "a/1.jpg": photo, "folder/": "" })));
  assert.deepEqual([entry.name, await entry.bytes(1e6)], ["a/1.jpg", new Uint8Array(photo)]);
  await assert.rejects(entry.bytes(100), /it has \d+ bytes; 100 are the most/);
  for (const name of ["../a.jpg", "/etc/passwd", "C:/a.jpg"]) {
    await assert.rejects(
      zipEntries(inMemory(zipFile({ [name]: photo }))),
      /invalid relative path|absolute path/,
    );
  }
  const first = async (file: Uint8Array<ArrayBuffer>) => (await zipEntries(inMemory(file)))[0].bytes(1e6);
  const bomb = zipFile({ "a.jpg": new Uint8Array(50 << 20) }, { "a.jpg": { uncompressedSize: 1000 } });
  await assert.rejects(first(bomb), /too many bytes/);
  await assert.rejects(first(zipFile({ "a.jpg": photo }, { "a.jpg": { flags: 0x801 } })), /encrypted/);
  const whole = zipFile({ "a.jpg": photo });
  await assert.rejects(zipEntries(inMemory(whole.slice(0, whole.length - 30))), /End of central directory/i);
  await assert.rejects(zipEntries(inMemory(new Uint8Array(10))), /End of central directory/i);
});
