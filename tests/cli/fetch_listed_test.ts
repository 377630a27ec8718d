import assert from "node:assert/strict";
import { fetchListed } from "../../src/cli/fetch_listed.ts";
import { openPool } from "../../src/data/mod.ts";
import { photoSite } from "../fetch/photo_site.ts";
import { filesOnDisk } from "../data/photo_files.ts";

const MANIFEST = {
  name: "site",
  symbol: "S",
  title: "A site",
  collection: "tests",
  place: 1,
  curator: "nobody",
  licence: { spdx: "CC0-1.0", attribution: "nobody" },
  homepage: "http://127.0.0.1/",
  source: { type: "urls", format: "tsv", files: "list.tsv", columns: ["key", "url"], url: "url", key: "key" },
  sampling: { images: 30, seed: 0 },
  render: { side: 16, channels: 3, background: "#ffffff" },
  grouping: "none",
  images: 80,
  checked: "2026-11-24",
};

Deno.test("a list of URLs is fetched, becomes a pool, and the pool is made anew when there are more images", async () => {
  await using site = await photoSite(80);
  using files = filesOnDisk({
    "manifests/site.json": JSON.stringify(MANIFEST),
    "manifests/list.tsv": site.items.map(({ key, url }) => `${key}\t${url}\n`).join(""),
    "data/.keep": "",
  });
  const [manifests, root] = [new URL("manifests/", files.url), `${files.path}/data`];
  const lines = { live: false, write: () => {} };
  const fetch = (images?: number) =>
    fetchListed("site", { images, allowPrivate: true }, undefined, { root, manifests, lines });
  const keys = async () => {
    using pool = await openPool("site", { root, manifests });
    return Array.from(pool.images, ({ key }) => key);
  };
  assert.equal((await fetch(12))!.images, 12);
  const few = await keys();
  assert.equal(few.length, 12);
  assert.equal((await fetch())!.images, 30);
  const all = await keys();
  assert.deepEqual([all.length, all.slice(0, 12)], [30, few]);
  await assert.rejects(fetch(31), /--images: site has 30 images at most, by site.json/);
});

Deno.test("photographs that are stored as they were fetched are read from their shards, also when there are more", async () => {
  await using site = await photoSite(80);
  const render = { shorter: 500, channels: 3, background: "#ffffff" };
  using files = filesOnDisk({
    "manifests/site.json": JSON.stringify({ ...MANIFEST, render }),
    "manifests/list.tsv": site.items.map(({ key, url }) => `${key}\t${url}\n`).join(""),
    "data/.keep": "",
  });
  const [manifests, root] = [new URL("manifests/", files.url), `${files.path}/data`];
  const lines = { live: false, write: () => {} };
  for (const images of [12, 12, 30]) {
    await fetchListed("site", { images, allowPrivate: true }, undefined, { root, manifests, lines });
    using pool = await openPool("site", { root, manifests });
    assert.deepEqual([pool.images.length, pool.inPlace], [images, images]);
    assert.equal(Deno.statSync(`${pool.folder}/images.bin`).size, 0);
  }
});

Deno.test("of other datasets there is nothing to fetch, and no number to choose", async () => {
  assert.equal(await fetchListed("tabler", { allowPrivate: false }), undefined);
  await assert.rejects(
    fetchListed("tabler", { images: 5, allowPrivate: false }),
    /tabler is no list of URLs/,
  );
});
