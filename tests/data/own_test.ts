/** Images of one's own, by one line: what they are called, and what decides their identity. */
import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { contentOf, localContent } from "~/data/manifest/content.ts";
import {
  checkDisjoint,
  contentName,
  datasetsOf,
  folder,
  hub,
  openPool,
  parquet,
  readManifest,
  shards,
} from "~/data/mod.ts";
import { baseline, hashOf } from "~/experiments/mod.ts";
import { parquetWriteBuffer } from "hyparquet-writer";
import { fileServer } from "../made/data/file_server.ts";
import { filesOnDisk, photoFile, tarFile } from "../made/data/photo_files.ts";
import { environment } from "../made/environment.ts";

/** Data of these tests alone. */
const data = Deno.realPathSync(Deno.makeTempDirSync());
Deno.env.set("NTD_DATA", data);
globalThis.addEventListener("unload", () => Deno.removeSync(data, { recursive: true }));

const NAME = /^[a-z0-9][a-z0-9-]*~[0-9a-f]{12}$/;
const photos = await Promise.all(Array.from({ length: 12 }, (_, i) => photoFile(i, "png")));
const files = (from: number, to: number) =>
  Object.fromEntries(photos.slice(from, to).map((photo, i) => [`${i}.png`, photo]));
const hashAlone = (datasets: string[]) =>
  hashOf(baseline({ datasets, preset: "smoke", imagesPerDataset: 2, validationPerDataset: 1, seed: 0 }));

Deno.test("folder: a name that its manifest is read back by, with a default for everything", async () => {
  using disk = filesOnDisk({
    "Été 2024/a.png": photos[0],
    "Été 2024/in/b.JPG": photos[1],
    "Été 2024/c.txt": "no",
  });
  const name = folder(join(disk.path, "Été 2024"));
  assert.match(name, /^ete-2024~[0-9a-f]{12}$/);
  const { title, images, render, licence } = readManifest(name);
  assert.deepEqual([title, images, render.side, licence.spdx], ["Été 2024", 2, 64, "LicenseRef-own"]);
  using pool = await openPool(name);
  assert.deepEqual([pool.name, [...pool.images].map(({ key }) => key)], [name, ["a", "in/b"]]);
  assert.deepEqual(datasetsOf(`${disk.path}/Été 2024#1/2`), [`${name}#1/2`]);
});

Deno.test("folder: the same images at another path are the same dataset, whatever it is called", () => {
  using one = filesOnDisk(files(0, 4)), other = filesOnDisk({ "deep/er/x.txt": "", ...files(4, 8) });
  const [a, b] = [folder(one.path), folder(other.path)];
  assert.notEqual(a, b);
  using copies = filesOnDisk({});
  for (const number of [3, 1, 0, 2]) Deno.writeFileSync(join(copies.path, `${number}.png`), photos[number]);
  assert.equal(folder(copies.path), a, "a copy, written in another order");
  Deno.symlinkSync(one.path, join(copies.path, "link"));
  assert.equal(folder(join(copies.path, "link")), a, "a link to it");
  const called = folder(copies.path + "/link", { name: "Other" });
  assert.equal(contentName(called), contentName(a));
  assert.match(called, /^other~/);
  assert.equal(hashAlone([called, b]), hashAlone([a, b]));
  assert.notEqual(hashAlone([b, a]), hashAlone([a, b]));
  assert.throws(() => checkDisjoint([called, a]), /have images in common/);
});

Deno.test("folder: whatever changes the images or their names changes the dataset, and nothing else does", async () => {
  const change = fc.constantFrom("byte", "name", "more", "fewer", "side", "text", "hidden", "time", "touch");
  await fc.assert(
    fc.property(change, fc.integer({ min: 0, max: 3 }), fc.nat(), (what, number, place) => {
      using disk = filesOnDisk(files(0, 4));
      const before = folder(disk.path);
      const path = join(disk.path, `${number}.png`);
      const bytes = Deno.readFileSync(path);
      const { mtime, atime } = Deno.statSync(path);
      if (what === "byte") {
        bytes[place % bytes.length] ^= 1;
        Deno.writeFileSync(path, bytes);
        Deno.utimeSync(path, atime!, mtime!); // as if nothing had been written
      } else if (what === "name") Deno.renameSync(path, join(disk.path, `a${number}.png`));
      else if (what === "more") Deno.writeFileSync(join(disk.path, "b.png"), photos[8]);
      else if (what === "fewer") Deno.removeSync(path);
      else if (what === "text") Deno.writeTextFileSync(join(disk.path, "notes.txt"), `${place}`);
      else if (what === "hidden") Deno.writeFileSync(join(disk.path, ".x.png"), photos[8]);
      else if (what === "time") Deno.utimeSync(path, 1e9, 1e9);
      else if (what === "touch") Deno.writeFileSync(path, bytes);
      const after = folder(disk.path, what === "side" ? { side: 32 } : {});
      const changes = ["byte", "name", "more", "fewer", "side"].includes(what);
      assert.equal(contentName(after) !== contentName(before), changes, what);
    }),
    { numRuns: 60 },
  );
});

Deno.test("folder: any name of a folder or file is taken, and none leads out of the data", async () => {
  const hostile = [
    "..a",
    "a,b",
    "a#1",
    "a#1/2",
    "a@train",
    "x+y",
    "~",
    "a~0123456789ab",
    "tabler",
    "{0..1}",
    "-rf",
    "日本",
    "a\nb",
    '"',
    "%2F",
    " ",
  ];
  for (const each of hostile) {
    using disk = filesOnDisk({});
    const path = join(disk.path, each);
    Deno.mkdirSync(path, { recursive: true });
    // Of each folder another image, so that each has a name of its own.
    Deno.writeFileSync(
      join(path, `x${each.replaceAll("/", "")}.png`),
      await photoFile(100 + hostile.indexOf(each), "png"),
    );
    const name = folder(path);
    assert.match(name, NAME, each);
    const manifest = readManifest(name);
    assert.deepEqual([manifest.images, await contentOf(manifest)], [1, localContent(manifest)], each);
    if (!each.includes("\n") && each.trim() === each) assert.deepEqual(datasetsOf(path), [name], each);
  }
  using disk = filesOnDisk({ "a.png": photos[0] });
  Deno.symlinkSync("/nowhere", join(disk.path, "b.png"));
  Deno.symlinkSync(disk.path, join(disk.path, "circle"));
  const name = folder(disk.path, { name: "../../x" });
  using pool = await openPool(name);
  assert.equal(join(pool.folders[0], ".."), data, "the pool lies among the data");
  assert.deepEqual([pool.images.length, pool.dropped.failed.map(({ key }) => key)], [1, ["b"]]);
});

Deno.test("folder: what is wrong is said with the path and what to do", async () => {
  using disk = filesOnDisk({ "a.txt": "", "tars/x.tar": await tarFile([]), "one/a.png": photos[0] });
  assert.throws(
    () => folder(`${disk.path}/none`),
    new RegExp(`there is no folder ${disk.path}/none; correct`),
  );
  assert.throws(() => folder(disk.path + "/a.txt"), /a\.txt is a file, not a folder; name the folder/);
  assert.throws(() => folder(disk.path + "/tars"), /has no images .* for x\.tar write shards\("/);
  assert.throws(() => datasetsOf(`${disk.path}/none,tabler`), /there is no folder/);
  assert.throws(() => readManifest("/data/x"), /write folder\("\/data\/x"\)/);
  assert.throws(() => readManifest("x~0123456789ab"), /named on another machine or with another NTD_DATA/);
  const name = folder(disk.path + "/one");
  Deno.writeFileSync(disk.path + "/one/a.png", photos[1]);
  await assert.rejects(openPool(name), /has changed since it was named one~/);
  Deno.removeSync(disk.path + "/one", { recursive: true });
  await assert.rejects(openPool(name), /cannot be read where they were .*; put them back/);
});

Deno.test("folder: a changed folder is another dataset, and the pool of the one before stays", async () => {
  using disk = filesOnDisk(files(0, 3));
  const before = folder(disk.path);
  (await openPool(before))[Symbol.dispose]();
  Deno.removeSync(join(disk.path, "0.png"));
  assert.notEqual(folder(disk.path), before);
  using pool = await openPool(before);
  assert.equal(pool.images.length, 3);
});

/** A tar archive of some photographs. */
const archive = (from: number, to: number) =>
  tarFile(photos.slice(from, to).map((bytes, i) => ({ name: `${from + i}.png`, bytes })));

Deno.test("shards: by ranges, on this machine and on a server; the content decides", async () => {
  const [first, second] = [await archive(0, 3), await archive(3, 5)];
  using disk = filesOnDisk({
    "x/photos-00.tar": first,
    "x/photos-01.tar": second,
    "y/photos-00.tar": first,
    "y/photos-01.tar": second,
  });
  const name = await shards(`${disk.path}/x/photos-{00..01}.tar`);
  assert.match(name, /^photos~/);
  assert.equal(await shards(`${disk.path}/y/photos-{00..01}.tar`), name);
  assert.notEqual(contentName(await shards(`${disk.path}/x/photos-00.tar`)), contentName(name));
  assert.equal(readManifest(name).images, 5);
  using pool = await openPool(name);
  assert.equal(pool.images.length, 5);
  await assert.rejects(
    shards(`${disk.path}/x/photos-{00..02}.tar`),
    /there is no file .*photos-02\.tar; correct/,
  );
  await assert.rejects(shards(`${disk.path}/x`), /is a folder; write folder\(/);

  const etag = { value: '"one"' };
  await using server = fileServer(
    {},
    () => new Response(first, { headers: { etag: etag.value, "content-length": `${first.length}` } }),
  );
  const remote = await shards(`${server.url}a.tar`);
  assert.equal(await shards(`${server.url}a.tar`), remote);
  using away = await openPool(remote);
  assert.equal(away.images.length, 3);
  etag.value = '"two"';
  assert.notEqual(await shards(`${server.url}a.tar`), remote, "the server says that the file is another");
});

/** A Parquet file of photographs in a column. */
function parquetOf(column: string, from: number, to: number): Uint8Array<ArrayBuffer> {
  const of = photos.slice(from, to).map((bytes) => new Uint8Array(bytes));
  return new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: column, data: of, type: "BYTE_ARRAY" },
      { name: "text", data: of.map((_, i) => `${i}`), type: "STRING" },
    ],
  }));
}

Deno.test("parquet: the column of the images is found, or asked for", async () => {
  using disk = filesOnDisk({
    "cats-0.parquet": parquetOf("img", 0, 3),
    "odd.parquet": parquetOf("scan", 3, 6),
  });
  const name = await parquet(`${disk.path}/cats-{0..0}.parquet`);
  assert.match(name, /^cats~/);
  using pool = await openPool(name);
  assert.equal(pool.images.length, 3);
  await assert.rejects(
    parquet(`${disk.path}/odd.parquet`),
    /its columns are scan, text: name the one of the images, as in \{ image: "scan" \}/,
  );
  const odd = await parquet(`${disk.path}/odd.parquet`, { image: "scan" });
  assert.equal(readManifest(odd).images, 3);
});

/** A hub on this machine with one dataset; a gated one wants a token. */
function madeHub({ gated = false, elsewhere = "" } = {}) {
  const content: Record<string, Uint8Array> = {
    "files/train/0.parquet": parquetOf("image", 0, 3),
    "files/train/1.parquet": parquetOf("image", 3, 6),
    "files/test/0.parquet": parquetOf("image", 6, 8),
  };
  const server = fileServer(content, (request, { path, authorization }) => {
    if (gated && authorization !== "Bearer hf_secret") return new Response("gated", { status: 401 });
    if (path === "api/datasets/me/cats/parquet") {
      const at = (file: string) => `${elsewhere || server.url}api/datasets/me/cats/parquet/default/${file}`;
      return Response.json({
        default: { test: [at("test/0.parquet")], train: [at("train/0.parquet"), at("train/1.parquet")] },
      });
    }
    const file = /^api\/datasets\/me\/cats\/parquet\/default\/(.*)$/.exec(path)?.[1];
    if (!file) return undefined;
    const headers = {
      location: `${new URL(request.url).origin}/files/${file}`,
      "x-linked-etag": `"${file}"`,
    };
    return new Response(null, { status: 302, headers });
  });
  return server;
}

/** With environment variables set for a while. */
async function having<T>(values: Record<string, string>, use: () => Promise<T>): Promise<T> {
  using _values = environment(values);
  return await use();
}

Deno.test("hub: the hub's own list of Parquet files is read, without a token where none is asked for", async () => {
  await using server = madeHub();
  await having({ HF_ENDPOINT: server.url, HF_TOKEN: "hf_secret" }, async () => {
    const name = await hub("me/cats");
    assert.match(name, /^cats~/);
    using pool = await openPool(name);
    assert.equal(pool.images.length, 6);
    assert.equal(await hub("me/cats"), name);
    assert.equal(readManifest(await hub("me/cats", { split: "test" })).images, 2);
    await assert.rejects(hub("me/cats", { split: "val" }), /has no split "val"; known are: test, train/);
    await assert.rejects(hub("me/dogs"), /api\/datasets\/me\/dogs\/parquet answers 404/);
    await assert.rejects(hub("cats"), /write it as "owner\/name"/);
  });
  assert.deepEqual(server.asked.filter(({ authorization }) => authorization), []);
});

Deno.test("hub: a gated dataset takes the token in HF_TOKEN, and says so; the token goes to the hub alone", async () => {
  await using server = madeHub({ gated: true });
  await having({ HF_ENDPOINT: server.url, HF_TOKEN: "" }, async () => {
    await assert.rejects(
      hub("me/cats"),
      /without a token.*Accept its terms at .*\/datasets\/me\/cats, .* variable HF_TOKEN/s,
    );
  });
  await having({ HF_ENDPOINT: server.url, HF_TOKEN: "hf_wrong" }, async () => {
    await assert.rejects(
      hub("me/cats"),
      /is refused \(401\): accept the terms at .* whose token is in HF_TOKEN/,
    );
  });
  await having({ HF_ENDPOINT: server.url, HF_TOKEN: "hf_secret" }, async () => {
    const name = await hub("me/cats");
    using pool = await openPool(name);
    assert.equal(pool.images.length, 6);
    const kept = Deno.readTextFileSync(`${data}/own/${name.split("~")[1]}.json`);
    assert.doesNotMatch(kept, /hf_secret/);
  });
  await using other = fileServer({});
  await using strange = madeHub({ elsewhere: other.url });
  await having({ HF_ENDPOINT: strange.url, HF_TOKEN: "hf_secret" }, async () => {
    await assert.rejects(hub("me/cats"), /names a file of another host/);
  });
  assert.deepEqual(other.asked, []);
});
