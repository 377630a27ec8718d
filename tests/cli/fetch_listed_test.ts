import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fetchDatasets } from "../../src/cli/fetch.ts";
import { fetchList, fetchListed } from "../../src/cli/fetch_listed.ts";
import { fetchedFolder, openPool, readManifest } from "../../src/data/mod.ts";
import { fetchImages } from "../../src/fetch/mod.ts";
import { type PhotoSite, photoSite } from "../made/fetch/photo_site.ts";
import { filesOnDisk } from "../made/data/photo_files.ts";

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

/** A dataset that is the list of a site, and what is done with it. */
function dataset(site: PhotoSite) {
  const files = filesOnDisk({
    "manifests/site.json": JSON.stringify(MANIFEST),
    "manifests/list.tsv": site.items.map(({ key, url }) => `${key}\t${url}\n`).join(""),
    "data/.keep": "",
  });
  const [manifests, root] = [new URL("manifests/", files.url), `${files.path}/data`];
  const written: string[] = [];
  const lines = { live: false, write: (text: string) => void written.push(text) };
  return {
    written,
    /** The folder that images are fetched into, as the manifest is. */
    folder: () => fetchedFolder(root, readManifest("site", manifests)),
    change: (fields: Record<string, unknown>) =>
      Deno.writeTextFileSync(`${files.path}/manifests/site.json`, JSON.stringify({ ...MANIFEST, ...fields })),
    fetch: (images?: number) =>
      fetchListed("site", { images, allowPrivate: true }, undefined, { root, manifests, lines }),
    open: () => openPool("site", { root, manifests }),
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

/** Images stored as JPEG. */
const jpegs = (shorter: number) => ({ render: { shorter, channels: 3, background: "#ffffff" } });

Deno.test("what was fetched is not lost to the damaged header of another pool", async () => {
  await using site = await photoSite(80);
  using set = dataset(site);
  const other = `${dirname(set.folder())}/other-0123456789abcdef`;
  Deno.mkdirSync(other);
  for (const text of ['{"dataset": "oth', "null"]) {
    Deno.writeTextFileSync(`${other}/pool.json`, text);
    assert.equal((await set.fetch(4))!.images, 4);
    assert.equal(Deno.readTextFileSync(`${other}/pool.json`), text);
  }
});

Deno.test("a list of URLs is fetched, becomes a pool, and the pool is made anew when there are more images", async () => {
  await using site = await photoSite(80);
  using set = dataset(site);
  const keys = async () => {
    using pool = await set.open();
    return Array.from(pool.images, ({ key }) => key);
  };
  assert.equal((await set.fetch(12))!.images, 12);
  const few = await keys();
  assert.equal(few.length, 12);
  assert.equal((await set.fetch())!.images, 30);
  const all = await keys();
  assert.deepEqual([all.length, all.slice(0, 12)], [30, few]);
  await assert.rejects(set.fetch(31), /--images: site has 30 images at most, by site.json/);
});

Deno.test("what was fetched serves for every size that it has, without asking for it again", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  await set.fetch(10);
  const asked = site.asked.length;
  for (const shorter of [40, 24, 400]) {
    set.change(jpegs(shorter));
    await set.fetch(10);
    using pool = await set.open();
    const { size } = pool.images.at(0)!;
    assert.equal(pool.images.length, 10);
    assert.deepEqual(Math.min(...size!), Math.min(shorter, 48), "it is 48 px as it came");
  }
  assert.equal(site.asked.length, asked);
  assert.deepEqual(set.written.filter((text) => text.includes("kept")), []);
});

Deno.test("when more is fetched, the pools of every size are made anew", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  const folders: string[] = [];
  await set.fetch(8);
  for (const shorter of [40, 24]) {
    set.change(jpegs(shorter));
    using pool = await set.open();
    folders.push(pool.folders[0]);
  }
  await set.fetch(8);
  assert.deepEqual(folders.map((folder) => existsSync(folder)), [true, true]);
  await set.fetch(12);
  assert.deepEqual(folders.map((folder) => existsSync(folder)), [false, false]);
  set.change(jpegs(40));
  using pool = await set.open();
  assert.equal(pool.images.length, 12);
});

/** Fetches 5 images into the folder of the dataset, reduced to `shorterSide`. */
async function fetchReduced(site: PhotoSite, folder: string, shorterSide: number): Promise<void> {
  const network = { allowPrivateAddresses: true };
  await fetchImages(() => site.items, { folder, images: 5, storage: { shorterSide }, network });
}

Deno.test("what was reduced to less than is wanted is never used, and stays: opening and fetching say where it is and what to do", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  await fetchReduced(site, set.folder(), 32);
  set.change(jpegs(40));
  await assert.rejects(set.open(), ({ message }) => {
    assert.ok(message.includes(`${set.folder()} holds photographs whose shorter side was reduced to 32 px`));
    assert.match(
      message,
      /^site\.json: field "render\.shorter" is 40.*give 32 or less, or move that folder away/,
    );
    return true;
  });
  await assert.rejects(set.fetch(5), ({ message }) => {
    assert.ok(message.startsWith(`${set.folder()} holds images whose shorter side was reduced to 32 px`));
    assert.match(message, /500 px are wanted.*Ask for 32 px or less .* or move that folder away/);
    return true;
  });
  set.change(jpegs(32));
  using pool = await set.open();
  assert.deepEqual(Array.from(pool.images, ({ size }) => Math.min(...size!)), Array(5).fill(32));
  assert.ok(existsSync(`${set.folder()}/shards/00000.tar`));
});

Deno.test("a fetch that was begun with larger images goes on with those", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  await fetchReduced(site, set.folder(), 600);
  set.change(jpegs(40));
  const report = await set.fetch(8);
  assert.deepEqual([report!.images, report!.storage.shorterSide], [8, 600]);
});

Deno.test("more than the usual size is fetched where a manifest wants more", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  set.change(jpegs(800));
  assert.equal((await set.fetch(2))!.storage.shorterSide, 800);
});

Deno.test("images of another list or seed are kept, and said to be there by who misses them", async () => {
  await using site = await photoSite(40);
  using set = dataset(site);
  await set.fetch(5);
  const first = set.folder();
  set.change({ sampling: { images: 30, seed: 1 } });
  assert.notEqual(set.folder(), first);
  await assert.rejects(set.open(), ({ message }) => {
    assert.match(message, /^the images of site have not been fetched; run: deno task fetch site\n/);
    assert.ok(
      message.includes(`${first} holds images of site`) &&
        message.includes(`rename the folder to ${set.folder()}`),
    );
    return true;
  });
  await set.fetch(5);
  assert.equal(set.written.filter((text) => text.startsWith(`${first} holds images of site`)).length, 1);
  set.change({});
  using pool = await set.open();
  assert.equal(pool.images.length, 5);
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
    assert.equal(Deno.statSync(`${pool.folders[0]}/images.bin`).size, 0);
  }
});

Deno.test("a list that has no more also ends the pools of the images before", async () => {
  await using site = await photoSite(20);
  using set = dataset(site);
  const images = async () => {
    using pool = await set.open();
    return pool.images.length;
  };
  await set.fetch(4);
  assert.equal(await images(), 4);
  await assert.rejects(
    set.fetch(),
    /the list has no more URLs: 11 of 30.*Ask for 11 images or fewer, or run/s,
  );
  assert.equal(await images(), 11);
});

Deno.test("a number that does not fit one dataset is refused before another is fetched", async () => {
  const names = ["yfcc100m", "tabler"]; // a list, and none
  const fetched = fetchDatasets({ names, images: 5, allowPrivate: false }, () => {}, AbortSignal.abort());
  await assert.rejects(fetched, /^UsageError: --images: tabler is no list of URLs/);
});

Deno.test("of other datasets there is nothing to fetch, and no number to choose", async () => {
  assert.equal(await fetchListed("tabler", { allowPrivate: false }), undefined);
  await assert.rejects(
    fetchListed("tabler", { images: 5, allowPrivate: false }),
    /tabler is no list of URLs/,
  );
  await assert.rejects(
    fetchListed("tabler", { ray: {}, allowPrivate: false }),
    /--engine: tabler is no list of URLs; without it, it is made here/,
  );
});

Deno.test("a fetch is followed on one line of a terminal, and reported with its failures by reason", async () => {
  await using site = await photoSite(30);
  const folder = await Deno.makeTempDir();
  try {
    const options = { folder, images: 8, network: { allowPrivateAddresses: true, retries: 0 } };
    const written = { live: "", plain: "" };
    const to = (live: boolean) => ({
      live,
      write: (text: string) => void (written[live ? "live" : "plain"] += text),
    });
    await fetchList("site", () => site.items, options, to(true));
    const [start, ...shown] = written.live.split("\r\x1b[K");
    const report = shown.pop()!;
    assert.equal(start, "");
    for (const line of shown) assert.match(line, /^site: \d+ of 8 images, [^\n]*$/);
    assert.match(report, /^site: 8 of 8 images from \d+ URLs .*\n( +\d+ +[\d.]+% +[a-z_0-9]+: .*\n)+$/);
    await fetchList("site", () => site.items, options, to(false));
    assert.equal(written.plain, report, "elsewhere a line each ten seconds, and the report");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
