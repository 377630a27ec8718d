import assert from "node:assert/strict";
import type { PhotographFacts } from "../../src/fetch/mod.ts";
import { writeIndex, writeShard } from "~/fetch/fetch_files.ts";
import type { ItemOutcome } from "../../src/fetch/journal.ts";
import { inFolder } from "../made/fetch/in_folder.ts";
import { readIndex, readTar } from "../made/fetch/pool_files.ts";

const FACTS: PhotographFacts = {
  ...{ width: 667, height: 500, originalWidth: 1200, originalHeight: 900, originalBytes: 70_000 },
  ...{ originalFormat: "jpeg", sha256: "a".repeat(64), jpegQuantisation: [[1, 2], [3, 4]] },
};

const OUTCOMES: ItemOutcome[] = [
  {
    position: 3,
    item: { key: "ä/1.jpg", url: "http://a.test/1" },
    facts: FACTS,
    image: Uint8Array.of(1, 2, 3),
  },
  {
    position: 7,
    item: { key: "2", url: "http://a.test/2", metadata: { caption: "two", tags: [1] } },
    facts: { ...FACTS, originalFormat: "png", jpegQuantisation: undefined },
    image: new Uint8Array(600),
  },
];

Deno.test("an index has a row an image, and nothing where there is nothing", () =>
  inFolder(async (folder) => {
    await writeIndex(`${folder}/index.parquet`, OUTCOMES, 1);
    const [first, second] = await readIndex(folder);
    assert.deepEqual(first, {
      key: "ä/1.jpg",
      url: "http://a.test/1",
      shard: "shards/00000.tar",
      name: "000000000",
      width: 667,
      height: 500,
      original_width: 1200,
      original_height: 900,
      original_format: "jpeg",
      original_bytes: 70_000,
      jpeg_quantisation: [[1, 2], [3, 4]],
      sha256: "a".repeat(64),
      metadata: null,
    });
    assert.deepEqual(
      [second.shard, second.name, second.original_format, second.jpeg_quantisation, second.metadata],
      ["shards/00001.tar", "000000001", "png", null, { caption: "two", tags: [1] }],
    );
  }));

Deno.test("a shard holds image and description of each, under names without further dots, and is the same each time", () =>
  inFolder(async (folder) => {
    const written = await writeShard(`${folder}/a.tar`, OUTCOMES, 40);
    const bytes = await Deno.readFile(`${folder}/a.tar`);
    assert.deepEqual(written, { images: 2, bytes: bytes.length, end: 8 });
    const files = await readTar(`${folder}/a.tar`);
    const names = ["000000040.jpg", "000000040.json", "000000041.jpg", "000000041.json"];
    assert.deepEqual([...files.keys()], names);
    assert.deepEqual(files.get("000000041.jpg"), OUTCOMES[1].image);
    const { key, sha256, metadata } = JSON.parse(new TextDecoder().decode(files.get("000000041.json")));
    assert.deepEqual({ key, sha256, metadata }, {
      key: "2",
      sha256: "a".repeat(64),
      metadata: { caption: "two", tags: [1] },
    });
    await writeShard(`${folder}/b.tar`, OUTCOMES, 40);
    assert.deepEqual(await Deno.readFile(`${folder}/b.tar`), bytes);
  }));
