/** Images that end, hang or fill their decoder: each is left out by name and reason, and all others are in the pool. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { openPool, type PoolOptions } from "../../../src/data/mod.ts";
import { marked, MARKED_DECODER } from "../../made/data/marked_decoder.ts";
import { filesOnDisk, photoFile, photoManifest, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

/** Images by name; those with a mark do harm. */
type Photos = Record<string, Uint8Array>;

const MARKS = { "03": "abort", "05": "hang", "06": "memory", "08": "abort" } as const;
const good: Photos = {}, all: Photos = {};
for (let i = 0; i < 12; i++) {
  const name = `${i}`.padStart(2, "0");
  const photo = await photoFile(i + 1, "jpeg", 40 + i, 30);
  if (name in MARKS) all[name] = marked(photo, MARKS[name as keyof typeof MARKS]);
  else all[name] = good[name] = i % 4 === 0 ? marked(photo, "late") : photo;
}

const jpgs = (photos: Photos) =>
  Object.fromEntries(Object.entries(photos).map(([name, bytes]) => [`${name}.jpg`, bytes]));

const parquet = (photos: Photos) =>
  new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "image", data: Object.values(photos), type: "BYTE_ARRAY" },
      { name: "name", data: Object.keys(photos), type: "STRING" },
    ],
  }));

/** For each kind of source the files that hold photographs, and what a manifest says of them. */
const SOURCES: Record<string, {
  files: (photos: Photos) => Photos | Promise<Photos>;
  source: Record<string, unknown>;
  place: (name: string) => string;
}> = {
  folder: {
    files: (photos) =>
      Object.fromEntries(Object.entries(jpgs(photos)).map(([name, bytes]) => [`images/${name}`, bytes])),
    source: { type: "folder", path: "images" },
    place: (name) => `${name}.jpg`,
  },
  webdataset: {
    files: async (photos) => ({
      "set.tar": await tarFile(Object.entries(jpgs(photos)).map(([name, bytes]) => ({ name, bytes }))),
    }),
    source: { type: "webdataset", shards: "set.tar" },
    place: () => "set.tar",
  },
  zip: {
    files: (photos) => ({ "set.zip": zipFile(jpgs(photos)) }),
    source: { type: "zip", archives: "set.zip" },
    place: () => "set.zip",
  },
  parquet: {
    files: (photos) => ({ "set.parquet": parquet(photos) }),
    source: { type: "parquet", files: "set.parquet", image: "image", key: "name" },
    place: () => "set.parquet",
  },
};

interface Built {
  files: Uint8Array[];
  failed: { key: string; file?: string; reason: string; detail: string }[];
}

async function build(
  kind: string,
  photos: Photos,
  options: PoolOptions = {},
  render: unknown = { shorter: 20, channels: 3, background: "#ffffff" },
): Promise<Built> {
  const { files, source } = SOURCES[kind];
  using folder = filesOnDisk({
    ...await files(photos),
    "set.json": photoManifest("set", source, Object.keys(photos).length, { render }),
  });
  using pool = await openPool("set", { manifests: folder.url, root: `${folder.path}/data`, ...options });
  return {
    files: ["images.bin", "index.jsonl"].map((name) => Deno.readFileSync(`${pool.folders[0]}/${name}`)),
    failed: pool.dropped.failed,
  };
}

for (const kind of Object.keys(SOURCES)) {
  Deno.test(`${kind}: a crash, a hang and want of memory are each one image, named, and the pool is that without them`, async () => {
    const { files, failed } = await build(kind, all, { decoders: MARKED_DECODER });
    assert.deepEqual(files, (await build(kind, good)).files);
    assert.deepEqual(
      failed.map(({ key, file, reason, detail }) => [key, basename(file!), reason, detail]),
      [
        ["03", SOURCES[kind].place("03"), "decoder_crashed", "ended by SIGABRT"],
        ["05", SOURCES[kind].place("05"), "decoder_timed_out", "not done after 3000 ms"],
        ["06", SOURCES[kind].place("06"), "decoder_out_of_memory", "more than 150 MB"],
        ["08", SOURCES[kind].place("08"), "decoder_crashed", "ended by SIGABRT"],
      ],
    );
  });
}

Deno.test("the pool is the same bytes however many processes decode, whichever is done first", async () => {
  for (const render of [undefined, { side: 16, channels: 1, background: "#ffffff" }]) {
    const { files } = await build("folder", good, { decoders: { processes: 1 } }, render);
    for (const processes of [2, 5]) {
      const decoders = { ...MARKED_DECODER, processes };
      assert.deepEqual((await build("folder", good, { decoders }, render)).files, files);
    }
  }
});

Deno.test("decoders that cannot be started are the build's error, not the images', and nothing is left", async () => {
  const { source } = SOURCES.folder;
  using folder = filesOnDisk({ "images/a.jpg": good["00"], "set.json": photoManifest("set", source, 1) });
  const options = { manifests: folder.url, root: `${folder.path}/data` };
  const program = new URL("../no_such_program.ts", import.meta.url);
  await assert.rejects(openPool("set", { ...options, decoders: { program } }), /could be started.*sharp/);
  assert.deepEqual([...Deno.readDirSync(options.root)].filter(({ isDirectory }) => isDirectory), []);
});

Deno.test("where no image can be decoded, the error names the first, its file and why", async () => {
  const only = { "03": all["03"], "08": all["08"] };
  await assert.rejects(
    build("webdataset", only, { decoders: MARKED_DECODER }),
    /no image of set could be read; the first: "03" in .*set\.tar: .*process ended on it \(decoder_crashed: ended by SIGABRT\)/,
  );
});

Deno.test("a build is ended in the middle of an image that hangs", async () => {
  const photos = { a: good["01"], b: all["05"] };
  const stop = new AbortController();
  const decoders = { ...MARKED_DECODER, decodeMs: 600_000, processes: 2 };
  const building = build("folder", photos, { decoders, signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(building, { name: "AbortError" });
});

Deno.test("a build of photographs that is killed is begun anew, and its pool is as if it had never been", async () => {
  const { source } = SOURCES.folder;
  const many = Object.fromEntries(
    await Promise.all(
      Array.from({ length: 150 }, async (_, i) => [`images/${i}.png`, await photoFile(i, "png")]),
    ),
  );
  using folder = filesOnDisk({ ...many, "small.json": photoManifest("small", source, 150) });
  const [killed, whole] = ["killed", "whole"].map((name) => `${folder.path}/${name}`);
  const args = ["run", "-A", "--no-check", "tests/made/data/open_pool.ts", folder.url.href, killed, "small"];
  const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "null" }).spawn();
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    if (!/building [1-9]\d* of/.test(text)) continue;
    process.kill("SIGKILL");
    break;
  }
  assert.equal((await process.status).signal, "SIGKILL");
  assert.ok([...Deno.readDirSync(killed)].some(({ name }) => name.endsWith(".building")));
  const bytes = async (root: string) => {
    using pool = await openPool("small", { manifests: folder.url, root });
    return ["images.bin", "index.jsonl"].map((name) => Deno.readFileSync(`${pool.folders[0]}/${name}`));
  };
  assert.deepEqual(await bytes(killed), await bytes(whole));
});
