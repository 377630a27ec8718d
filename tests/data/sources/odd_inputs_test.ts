/** Files as they come from other systems and tools: read where that can be, and said what they are. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { openPool } from "../../../src/data/mod.ts";
import { openBytes, openRandomAccess } from "~/data/files/open.ts";
import { isUrl } from "~/data/files/places.ts";
import { tarMembers } from "~/data/files/tar_members.ts";
import { zipEntries } from "~/data/files/zip_entries.ts";
import { leftOutText } from "~/data/pool/header.ts";
import { folder as folderKind, imageFilesIn, readImageFile } from "~/data/sources/folder.ts";
import { isOfSystem, memberPath } from "~/data/sources/image_paths.ts";
import { sourceKindOf } from "~/data/sources/list.ts";
import { webdataset } from "~/data/sources/webdataset.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

const OPEN = { kind: "open" } as const;

/** Keys, classes and splits of an archive's images, as they come; nothing is decoded. */
async function membersOf(names: string[], source: Record<string, unknown>) {
  using files = filesOnDisk({ "s.tar": await tarFile(names.map((name) => ({ name, bytes: name }))) });
  const description = { type: "webdataset", shards: "s.tar", ...source } as const;
  const manifest = { name: "set", folder: files.url, access: OPEN, source: description, render: {} };
  const images = await Array.fromAsync(webdataset.images(manifest as never, ""));
  return images.map(({ key, className, split }) => [key, split, className].filter(Boolean).join(" "));
}

/** Keys of a source's images, as they come; nothing is decoded. */
async function keysOf(folder: URL, source: Record<string, unknown>): Promise<string[]> {
  const manifest = { name: "set", folder, access: OPEN, source, render: {} };
  const images = sourceKindOf(source as never).images(manifest as never, "");
  return (await Array.fromAsync(images)).map(({ key }) => key);
}

Deno.test("what systems put beside images is no image and no class", async () => {
  const ofSystems = [
    "._a.jpg",
    "__MACOSX",
    "@eaDir",
    "#recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
  ];
  assert.deepEqual(ofSystems.filter((name) => !isOfSystem(name)), []);
  assert.deepEqual(["a.jpg", "_x", "eaDir", "__macosx2", "recycle"].filter(isOfSystem), []);
  const names = ["cat/a.jpg", "cat/._a.jpg", "__MACOSX/cat/._a.jpg", "__MACOSX/cat/b.jpg", "@eaDir/a.jpg"];
  assert.deepEqual(await membersOf(names, { classFolders: true }), ["cat/a cat"]);
  using files = filesOnDisk({
    "cat/a.jpg": "x",
    "dog/deep/b.jpg": "x",
    "notes/c.txt": "x",
    "@eaDir/a.jpg": "x",
    "__MACOSX/cat/d.jpg": "x",
  });
  Deno.mkdirSync(`${files.path}/empty/also empty`, { recursive: true });
  assert.deepEqual([...imageFilesIn(files.path)], ["cat/a.jpg", "dog/deep/b.jpg"]);
  const source = { type: "folder", path: ".", classFolders: true } as const;
  assert.deepEqual(folderKind.classes!(files.url, source), ["cat", "dog"]);
});

Deno.test("names that begin with ./ lie where they would without it", async () => {
  for (const within of ["images/", "./images/"]) {
    for (const name of ["images/a.jpg", "./images/a.jpg", "././images/a.jpg"]) {
      assert.equal(memberPath(name, within), "a.jpg");
    }
  }
  assert.equal(memberPath("./a.jpg"), "./a.jpg"); // as it was always called
  assert.equal(memberPath("./a.jpg", "./"), "a.jpg");
  assert.equal(memberPath("./b/a.jpg", "a"), undefined);
  const names = ["./images/train/cat/a.jpg", "images/val/dog/b.jpg", "./images/other/c.jpg"];
  const source = { within: "images/", splits: ["train", "val"], classFolders: true };
  assert.deepEqual(await membersOf(names, source), ["train/cat/a train cat", "val/dog/b val dog"]);
});

Deno.test("of a sample with several images the manifest says which are meant", async () => {
  const masks = ["0.jpg", "0.mask.png", "0.cls", "1.JPG", "1.mask.png"];
  await assert.rejects(membersOf(masks, {}), /several images in a sample: 0\.jpg, 0\.mask\.png; .*"members"/);
  await assert.rejects(membersOf(["0.jpg", "0.png"], {}), /0\.jpg, 0\.png/);
  assert.deepEqual(await membersOf(masks, { members: ["jpg"] }), ["0", "1"]);
  assert.deepEqual(await membersOf(masks, { members: ["mask.png"] }), ["0.mask", "1.mask"]);
  const both = ["0", "0.mask", "1", "1.mask"];
  assert.deepEqual(await membersOf(masks, { members: ["jpg", "mask.png"] }), both);
  const views = ["0.left.jpg", "0.right.jpg", "1.left.jpg"];
  assert.deepEqual(await membersOf(views, {}), ["0.left", "0.right", "1.left"]);
});

async function namesIn(archive: Uint8Array): Promise<string[]> {
  const found = tarMembers(ReadableStream.from([archive]), { wanted: () => true, largest: 1000 });
  return (await Array.fromAsync(found)).map(({ name }) => name);
}

Deno.test("what follows the end of a tar archive is not looked at; a hole within is damage", async () => {
  const archive = await tarFile([{ name: "a", bytes: "1" }, { name: "b", bytes: "2" }]);
  for (const rubbish of [1, 511, 512, 513, 5000]) {
    const after = new Uint8Array(rubbish).fill(120);
    assert.deepEqual(await namesIn(Uint8Array.of(...archive, ...after)), ["a", "b"], `${rubbish}`);
  }
  assert.deepEqual(await namesIn(Uint8Array.of(...archive, ...archive)), ["a", "b", "a", "b"]);
  const damaged = archive.slice(0, 2048);
  await assert.rejects(namesIn(damaged.subarray(0, 1600)), /Unexpected end/);
  await assert.rejects(namesIn(Uint8Array.of(...damaged.fill(7, 1024))), /Invalid tar header/);
  const oneHole = Uint8Array.of(
    ...archive.subarray(0, 1024),
    ...new Uint8Array(512),
    ...new Uint8Array(512).fill(7),
  );
  await assert.rejects(namesIn(oneHole), /Invalid tar header/);
});

Deno.test("a ZIP archive behind a program that unpacks it is read", async () => {
  const plain = zipFile({ "a.jpg": "one", "b/c.jpg": "two" });
  for (const prefix of [0, 1, 17, 100_000]) {
    using files = filesOnDisk({ "s.zip": Uint8Array.of(...new Uint8Array(prefix).fill(77), ...plain) });
    using file = await openRandomAccess(`${files.path}/s.zip`, OPEN);
    const found = await zipEntries(file);
    assert.deepEqual(found.map(({ name }) => name), ["a.jpg", "b/c.jpg"]);
    assert.equal(new TextDecoder().decode(await found[1].bytes(100)), "two");
  }
});

Deno.test("a file of another kind is called what it is", async () => {
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const kinds: [Uint8Array, RegExp][] = [
    [latin1("\xfd7zXZ\0rest"), /packed by xz; unpack it/],
    [latin1("BZh91AY"), /packed by bzip2/],
    [latin1("\x28\xb5\x2f\xfdrest"), /packed by Zstandard/],
    [latin1("7z\xbc\xaf\x27\x1c"), /7z archive/],
    [latin1("Rar!\x1a\x07\x01"), /RAR archive/],
    [latin1("version https://git-lfs.github.com/spec/v1\n"), /pointer of Git LFS.*git lfs pull/],
    [latin1(" <!DOCTYPE html><html>Sign in"), /HTML page.*sign-in/],
  ];
  for (const [bytes, message] of kinds) {
    using files = filesOnDisk({ "s.tar": bytes });
    await assert.rejects(Array.fromAsync(openBytes(`${files.path}/s.tar`, OPEN)), message);
  }
  using files = filesOnDisk({ "s.tar": gzipSync("plain"), "set.json": "", "s.zip": kinds[6][0] });
  assert.equal((await Array.fromAsync(openBytes(`${files.path}/s.tar`, OPEN))).length, 1);
  const zipped = photoManifest("set", { type: "zip", archives: "s.zip" }, 1);
  Deno.writeTextFileSync(`${files.path}/set.json`, zipped);
  const opened = openPool("set", { manifests: files.url, root: `${files.path}/data` });
  await assert.rejects(opened, /s\.zip cannot be read as ZIP: it is an HTML page/);
});

Deno.test("addresses of other schemes and patterns of the shell are told from paths that are missing", async () => {
  const failure = async (path: string) =>
    await Array.fromAsync(openBytes(path, OPEN)).then(() => "", (error) => error.message as string);
  assert.match(await failure("/set/s3:/bucket/x.tar"), /begin with s3: are not read: .*https:\/\//);
  assert.match(await failure("/set/hf:/datasets/x.tar"), /begin with hf:/);
  assert.match(await failure("/set/pipe:cat x.tar"), /commands are not run/);
  assert.match(await failure("/set/c*.tar"), /ranges, as photos-\{000\.\.012\}\.tar/);
  assert.match(await failure("/set/none.tar"), /correct the path/);
  assert.ok(
    isUrl("HTTPS://a.org/x.tar") && isUrl("http://a.org") && !isUrl("s3://a/x") && !isUrl("/https://a"),
  );
});

Deno.test("an address behind a path, and the address of a file, are said to be that", async () => {
  const shards = ["data/HTTPS://a.org/x.tar", "./http://a.org/x.tar", "file:///set/x.tar"];
  const messages = [/nothing stands before it/, /nothing stands before it/, /begin with file: are not read/];
  for (const [i, shard] of shards.entries()) {
    await assert.rejects(keysOf(new URL("file:///set/"), { type: "webdataset", shards: shard }), messages[i]);
  }
});

Deno.test("images have every ending that systems and browsers give them, in folders and archives", async () => {
  const endings = "jpg jpeg jpe jif jfif jfi pjpeg pjp png apng webp gif JPG Jfif".split(" ");
  const names = endings.map((ending, i) => `${i}.${ending}`);
  const keys = endings.map((_, i) => `${i}`);
  const others = ["x.bmp", "x.tiff", "x.heic", "x.jpg.txt", "jpg", "x.jpgx", "x.pjpg.part"];
  const all = [...names, ...others].sort();
  assert.deepEqual(await membersOf([...names, ...others], {}), keys);
  const content = Object.fromEntries(all.map((name) => [name, "x"]));
  using files = filesOnDisk({ ...content, "s.zip": zipFile(content) });
  const named = (key: string) => Number(key);
  const zip = await keysOf(files.url, { type: "zip", archives: "s.zip" });
  assert.deepEqual(zip.map(named).sort((a, b) => a - b), keys.map(named));
  assert.deepEqual([...imageFilesIn(files.path)], names.toSorted());
});

Deno.test("archives in place of images are said to be there, with what to do", async () => {
  const inner = await tarFile([{ name: "a.jpg", bytes: "x" }]);
  for (const name of ["n01440764.tar", "sub/a.tar.gz", "a.tgz", "b.zip", "c.7z", "d.rar", "e.parquet"]) {
    const outer = await tarFile([{ name: "README", bytes: "x" }, { name, bytes: inner }]);
    using files = filesOnDisk({ "s.tar": outer, "s.zip": zipFile({ README: "x", [name]: inner }) });
    Deno.mkdirSync(`${files.path}/folder`);
    Deno.copyFileSync(`${files.path}/s.tar`, `${files.path}/folder/${name.split("/").at(-1)}`);
    const sources: [Record<string, string>, string][] = [
      [{ type: "webdataset", shards: "s.tar" }, "unpack it (tar -xf s.tar) and name those"],
      [{ type: "zip", archives: "s.zip" }, "unpack it (unzip s.zip) and name those"],
      [{ type: "folder", path: "folder" }, "not looked into: name those"],
    ];
    for (const [source, advice] of sources) {
      await assert.rejects(keysOf(files.url, source), ({ message }) => message.includes(advice));
      const fault = keysOf(files.url, source);
      await assert.rejects(fault, /no image of its own but archives, as .*"type": "folder"/);
      await assert.rejects(
        fault,
        ({ message }) => message.includes(`as ${name}`) || source.type === "folder",
      );
    }
  }
  const beside = await tarFile([{ name: "more.zip", bytes: "x" }, { name: "a.jpg", bytes: "x" }]);
  using files = filesOnDisk({ "s.tar": beside });
  assert.deepEqual(await keysOf(files.url, { type: "webdataset", shards: "s.tar" }), ["a"]);
});

Deno.test("a file that another kind of source reads is called what it is, and where to say so", async () => {
  using files = filesOnDisk({
    "a.tar": await tarFile([{ name: "a.jpg", bytes: "x" }]),
    "a.zip": zipFile({ "a.jpg": "x" }),
    "a.parquet": "PAR1 and more",
    "a.sqlite": "SQLite format 3\0 and more",
  });
  const faults: [Record<string, unknown>, RegExp][] = [
    [{ type: "webdataset", shards: "a.zip" }, /a\.zip cannot be read: it is a ZIP file.*"type": "zip"/],
    [{ type: "webdataset", shards: "a.parquet" }, /it is a Parquet file.*"type": "parquet"/],
    [{ type: "webdataset", shards: "a.sqlite" }, /it is a SQLite file.*"format": "sqlite"/],
    [{ type: "zip", archives: "a.tar" }, /a\.tar cannot be read as ZIP: it is a tar file.*"webdataset"/],
    [{ type: "parquet", files: "a.tar", image: "i" }, /cannot be read as Parquet: it is a tar file/],
    [{ type: "parquet", files: "a.zip", image: "i" }, /cannot be read as Parquet: it is a ZIP file/],
  ];
  for (const [source, message] of faults) await assert.rejects(keysOf(files.url, source), message);
});

Deno.test("a member of a ZIP archive that is packed by another method names it", async () => {
  const methods: [number, RegExp][] = [[9, /Deflate64 \(method 9\)/], [12, /bzip2/], [14, /LZMA/], [
    77,
    /unknown/,
  ]];
  for (const [method, message] of methods) {
    using files = filesOnDisk({ "s.zip": zipFile({ "a.jpg": "x", "b.jpg": "y" }, { "a.jpg": { method } }) });
    using file = await openRandomAccess(`${files.path}/s.zip`, OPEN);
    const [packed, plain] = await zipEntries(file);
    await assert.rejects(packed.bytes(100), message);
    assert.equal(new TextDecoder().decode(await plain.bytes(100)), "y");
  }
});

Deno.test("names of strangers cannot steer the terminal", () => {
  const key = "a\x1b[2Jb\n\r\u202ec\u2028\u0085é水";
  const text = leftOutText({ key, file: "x\t.tar", reason: "unreadable", detail: "\x07" });
  assert.match(
    text,
    /"a\\u\{1b\}\[2Jb\\u\{a\}\\u\{d\}\\u\{202e\}c\\u\{2028\}\\u\{85\}é水" in x\\u\{9\}\.tar/,
  );
  assert.ok(text.endsWith("\\u{7})"));
});

/** Files whose names are no UTF-8, which Deno cannot make. */
function withLatin1(folder: string) {
  const script = "import os, sys; r = os.fsencode(sys.argv[1]); os.mkdir(r + b'/d\\xe9'); " +
    "open(r + b'/d\\xe9/x.jpg', 'w'); open(r + b'/caf\\xe9.jpg', 'w')";
  return new Deno.Command("python3", { args: ["-c", script, folder] }).outputSync().success;
}

Deno.test("a folder whose name is no UTF-8 is one failure, and the rest is read", async () => {
  using files = filesOnDisk({
    "a.jpg": await photoFile(0),
    "set.json": photoManifest("set", { type: "folder", path: "." }, 3),
  });
  if (!withLatin1(files.path)) return; // the file system takes no such names
  using pool = await openPool("set", { manifests: files.url, root: `${files.path}/.data` });
  assert.deepEqual(Array.from(pool.images, ({ key }) => key), ["a"]);
  assert.deepEqual(pool.dropped.failed.map(({ detail }) => /no UTF-8.*rename it/.test(detail)), [true, true]);
});

Deno.test("a pipe among images is a failure, not a wait", async () => {
  using files = filesOnDisk({ "a.jpg": "x" });
  const made = new Deno.Command("mkfifo", { args: [`${files.path}/b.jpg`] }).outputSync().success;
  assert.ok(made);
  Deno.symlinkSync(files.path, `${files.path}/again`);
  assert.deepEqual([...imageFilesIn(files.path)], ["a.jpg", "b.jpg"]);
  await assert.rejects(readImageFile(`${files.path}/b.jpg`), /not a file/);
});
