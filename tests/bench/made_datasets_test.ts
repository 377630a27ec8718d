import assert from "node:assert/strict";
import { TINY, writeTinyShards } from "../../src/bench/made_datasets.ts";
import { openPool } from "../../src/data/mod.ts";
import { filesOnDisk } from "../made/data/photo_files.ts";

Deno.test("made-up shards are a dataset of so many different images", async () => {
  using files = filesOnDisk({});
  await writeTinyShards(files.path, 2000);
  using pool = await openPool(TINY, { manifests: files.url, root: `${files.path}/pools` });
  assert.deepEqual([pool.images.length, pool.dropped.duplicates, pool.dropped.failed], [2000, 0, []]);
  assert.deepEqual([pool.images.at(0)!.key, pool.images.at(1999)!.key], ["00000/0", "00001/1999"]);
});
