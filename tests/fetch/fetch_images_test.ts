import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import sharp from "sharp";
import {
  fetchImages,
  FetchIncompleteError,
  type FetchOptions,
  type FetchProgress,
  NetworkDownError,
} from "../../src/fetch/mod.ts";
import { Journal } from "../../src/fetch/journal.ts";
import { answer, hostileServer, image } from "../made/fetch/hostile_server.ts";
import { inFolder } from "../made/fetch/in_folder.ts";
import { photographJpeg } from "../made/fetch/made_up_photographs.ts";
import { photoSite } from "../made/fetch/photo_site.ts";
import { poolHashes, readIndex, readTar } from "../made/fetch/pool_files.ts";

const NETWORK = { allowPrivateAddresses: true, perHost: 32, backoffMs: 1, retries: 1 };

const options = (folder: string, images: number, more: Partial<FetchOptions> = {}): FetchOptions => ({
  folder,
  images,
  storage: { imagesPerShard: 10 },
  network: NETWORK,
  ...more,
});

Deno.test("a pool is so many good images in shards, an index and a report, whatever the site does", async () => {
  await using site = await photoSite(80);
  await inFolder(async (folder) => {
    const progress: FetchProgress[] = [];
    const report = await fetchImages(
      () => site.items,
      options(folder, 25, { onProgress: (p) => progress.push(p) }),
    );
    assert.deepEqual([report.images, report.wanted], [25, 25]);
    const failed = Object.values(report.failures).reduce((sum, count) => sum + count, 0);
    assert.equal(report.images + failed, report.tried, "every URL is an image or a failure");
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${folder}/report.json`)), report);
    assert.deepEqual([progress.at(-1)!.images, progress.at(-1)!.underWay], [25, 0]);

    const index = await readIndex(folder);
    assert.equal(index.length, 25);
    assert.equal(new Set(index.map(({ key }) => key)).size, 25);
    const shards = ["shards/00000.tar", "shards/00001.tar", "shards/00002.tar"];
    assert.deepEqual([...new Set(index.map(({ shard }) => shard))], shards);
    for (const shard of shards) {
      const files = await readTar(`${folder}/${shard}`);
      const rows = index.filter((row) => row.shard === shard);
      assert.deepEqual([...files.keys()], rows.flatMap(({ name }) => [`${name}.jpg`, `${name}.json`]));
      for (const row of rows) {
        const { format, width, height } = await sharp(files.get(`${row.name}.jpg`)!).metadata();
        assert.deepEqual([format, width, height], ["jpeg", row.width, row.height]);
        const described = JSON.parse(new TextDecoder().decode(files.get(`${row.name}.json`)!));
        assert.deepEqual(
          [described.key, described.url, described.sha256, described.metadata, described.jpegQuantisation],
          [row.key, row.url, row.sha256, row.metadata, row.jpeg_quantisation],
        );
        const number = Number(String(row.key).slice("photo-".length));
        const original = await photographJpeg(number);
        assert.equal(row.sha256, createHash("sha256").update(original).digest("hex"));
        assert.deepEqual(row.metadata, { caption: `No. ${number}` });
        assert.deepEqual([row.original_format, row.original_bytes], ["jpeg", original.length]);
      }
    }
  });
});

Deno.test("each fault of a site is counted by its own reason", async () => {
  await using site = await photoSite(20);
  await inFolder(async (folder) => {
    const { images } = await fetchImages(() => site.items, options(folder, 20)).catch((error) => {
      assert.ok(error instanceof FetchIncompleteError);
      assert.match(error.message, /no more URLs: 11 of 20 images from 20 URLs/);
      assert.deepEqual(error.report.failures, {
        invalid_url: 1,
        connection_reset: 1,
        incomplete: 1,
        gone: 1,
        blocked: 1,
        opted_out: 1,
        not_image_type: 1,
        not_an_image: 1,
        damaged: 1,
      });
      return error.report;
    });
    assert.equal(images, 11);
    assert.equal((await readIndex(folder)).length, 11);
  });
});

Deno.test("the pool is the first good images in rank order: the smaller is the beginning of the larger, the list's order is nothing", async () => {
  await using site = await photoSite(60);
  await inFolder(async (folder) => {
    const [small, large, shuffled, other] = ["a", "b", "c", "d"].map((name) => `${folder}/${name}`);
    await fetchImages(() => site.items, options(small, 12));
    await fetchImages(() => site.items, options(large, 25));
    await fetchImages(
      () => site.items.toReversed(),
      options(shuffled, 25, { network: { ...NETWORK, perHost: 3 } }),
    );
    await fetchImages(() => site.items, options(other, 25, { seed: 1 }));
    const keys = async (folder: string) => (await readIndex(folder)).map(({ key }) => key);
    assert.deepEqual((await keys(large)).slice(0, 12), await keys(small));
    assert.deepEqual(await poolHashes(shuffled), await poolHashes(large));
    assert.notDeepEqual(await keys(other), await keys(large));

    await fetchImages(() => site.items, options(small, 25));
    assert.deepEqual(
      await poolHashes(small),
      await poolHashes(large),
      "a pool that is made larger afterwards",
    );
  });
});

Deno.test("a pool that is there is not fetched again; one that has more keeps it; a lost index is written anew", async () => {
  await using site = await photoSite(40);
  await inFolder(async (folder) => {
    const first = await fetchImages(() => site.items, options(folder, 18));
    const asked = site.asked.length;
    const list = () => assert.fail("the list is not read");
    assert.deepEqual(await fetchImages(list, options(folder, 18)), first);
    assert.deepEqual(await fetchImages(list, options(folder, 5)), first);
    await Deno.remove(`${folder}/index.parquet`);
    await fetchImages(() => site.items, options(folder, 18));
    assert.equal((await readIndex(folder)).length, 18);
    assert.equal(site.asked.length, asked);
  });
});

Deno.test("an ended fetch goes on, asks for nothing twice that it has, and ends the same", async () => {
  const stop = new AbortController();
  let answers = 0;
  await using site = await photoSite(60, () => ++answers === 30 && stop.abort());
  await inFolder(async (folder) => {
    const [ended, whole] = [`${folder}/ended`, `${folder}/whole`];
    const network = { ...NETWORK, concurrency: 4 };
    const more = { network, signal: stop.signal };
    await assert.rejects(fetchImages(() => site.items, options(ended, 25, more)), { name: "AbortError" });
    assert.ok(!existsSync(`${ended}/report.json`));
    await fetchImages(() => site.items, options(ended, 25, { network }));
    const inTwoRuns = answers;
    await fetchImages(() => site.items, options(whole, 25, { network }));
    assert.deepEqual(await poolHashes(ended), await poolHashes(whole));
    const inOne = answers - inTwoRuns;
    assert.ok(
      inTwoRuns < inOne + 20,
      `${inTwoRuns} answers, ${inOne} in one run: the first 30 were not all asked for again`,
    );
  });
});

Deno.test("what an ended fetch left out before images that it kept is made up for", async () => {
  await using site = await photoSite(60);
  await inFolder(async (folder) => {
    const large = { storage: { imagesPerShard: 100 } };
    await fetchImages(() => site.items, options(folder, 25, large));
    const whole = await poolHashes(folder);
    await Deno.remove(`${folder}/report.json`);
    {
      using journal = new Journal(`${folder}/journal.sqlite`);
      journal.forget([0, 1, 2, 7]);
    }
    await fetchImages(() => site.items, options(folder, 25, large));
    assert.deepEqual(await poolHashes(folder), whole);
  });
});

Deno.test("the same bytes under two keys are one image", async () => {
  const photos = await Promise.all([1, 2, 3].map((number) => photographJpeg(number)));
  await using server = await hostileServer((path) =>
    path === "robots.txt" ? undefined : image(photos[Number(path) % 3])
  );
  const list = Array.from({ length: 9 }, (_, i) => ({ key: `${i}`, url: server.url(`${i}`) }));
  await inFolder(async (folder) => {
    const error = await fetchImages(() => list, options(folder, 9)).catch((error) => error);
    assert.deepEqual([error.report.images, error.report.failures], [3, { duplicate: 6 }]);
    assert.equal(new Set((await readIndex(folder)).map(({ sha256 }) => sha256)).size, 3);
  });
});

Deno.test("other bytes than the list announces are refused", async () => {
  const photo = await photographJpeg(1);
  await using server = await hostileServer((path) => path === "robots.txt" ? undefined : image(photo));
  const sha256 = createHash("sha256").update(photo).digest("hex");
  const list = [{ key: "right", url: server.url("a"), sha256 }, {
    key: "wrong",
    url: server.url("b"),
    sha256: "0".repeat(64),
  }];
  await inFolder(async (folder) => {
    const error = await fetchImages(() => list, options(folder, 2)).catch((error) => error);
    assert.deepEqual([error.report.images, error.report.failures], [1, { wrong_sha256: 1 }]);
    assert.deepEqual((await readIndex(folder)).map(({ key }) => key), ["right"]);
  });
});

Deno.test("a list with too few is tried again where failures may have passed, when the command is run again", async () => {
  let down = true;
  const photos = await Promise.all(Array.from({ length: 12 }, (_, i) => photographJpeg(i)));
  await using server = await hostileServer((path) =>
    path === "robots.txt" ? undefined : down && Number(path) % 2 ? answer(503) : image(photos[Number(path)])
  );
  const list = photos.map((_, i) => ({ key: `${i}`, url: server.url(`${i}`) }));
  await inFolder(async (folder) => {
    const small = { storage: { imagesPerShard: 100 } };
    const error = await fetchImages(() => list, options(folder, 12, small)).catch((error) => error);
    assert.deepEqual([error.report.images, error.report.failures], [6, { server_error: 6 }]);
    down = false;
    const asked = server.asked.length;
    assert.equal((await fetchImages(() => list, options(folder, 12, small))).images, 12);
    assert.equal(server.asked.slice(asked).filter((path) => path !== "robots.txt").length, 6);
  });
});

Deno.test("without a network it stops, and counts nothing against the list", async () => {
  const photos = await Promise.all(Array.from({ length: 90 }, (_, i) => photographJpeg(i)));
  await using server = await hostileServer((path) =>
    path === "robots.txt" ? undefined : image(photos[Number(path)])
  );
  await inFolder(async (folder) => {
    const list = (port: number) =>
      photos.map((_, i) => ({ key: `${i}`, url: `http://127.0.0.1:${port}/${i}` }));
    await assert.rejects(fetchImages(() => list(1), options(folder, 70)), (error: Error) => {
      assert.ok(error instanceof NetworkDownError);
      return /last 64 downloads.*online/s.test(error.message);
    });
    assert.equal((await fetchImages(() => list(server.port), options(folder, 70))).images, 70);
  });
});

Deno.test("private addresses are refused unless they are allowed", async () => {
  await using site = await photoSite(20);
  await inFolder(async (folder) => {
    const network = { ...NETWORK, allowPrivateAddresses: false };
    const error = await fetchImages(() => site.items, options(folder, 5, { network })).catch((error) =>
      error
    );
    assert.deepEqual([error.report.images, error.report.failures], [0, { forbidden_address: 20 }]);
    assert.equal(site.asked.length, 0);
  });
});

Deno.test("what does not fit what was begun is an error that says so", async () => {
  await using site = await photoSite(40);
  await inFolder(async (folder) => {
    await fetchImages(() => site.items, options(folder, 15));
    const again = (more: Partial<FetchOptions>, list = site.items) =>
      fetchImages(() => list, options(folder, 20, more));
    await assert.rejects(again({ seed: 3 }), /begun with seed 0, not 3/);
    await assert.rejects(
      again({ storage: { imagesPerShard: 10, quality: 90 } }),
      /begun with quality 95, not 90/,
    );
    const moved = site.items.map((item) => ({ ...item, url: `${item.url}?new` }));
    await assert.rejects(again({}, moved), /not the one that .* was begun with: "photo-/);
    await assert.rejects(again({ network: { ...NETWORK, perHost: 0 } }), /perHost is 0/);
    await assert.rejects(fetchImages(() => site.items, options(folder, 0)), /images is 0/);
    await Deno.truncate(`${folder}/shards/00000.tar`, 100);
    await assert.rejects(again({}), /00000.tar is missing or not as it was written/);
  });
});

Deno.test("a shard that cannot be written ends the fetch with that error", async () => {
  await using site = await photoSite(40);
  await inFolder(async (folder) => {
    const inTheWay = `${folder}/shards/00000.tar.tmp`;
    await Deno.mkdir(`${inTheWay}/full`, { recursive: true }); // no file can be made in its place
    await assert.rejects(fetchImages(() => site.items, options(folder, 20)), /directory/i);
    await Deno.remove(inTheWay, { recursive: true });
    assert.equal((await fetchImages(() => site.items, options(folder, 20))).images, 20);
  });
});

Deno.test("two fetches into one folder do not meet", async () => {
  await using site = await photoSite(40);
  await inFolder(async (folder) => {
    const first = fetchImages(() => site.items, options(folder, 20));
    await assert.rejects(fetchImages(() => site.items, options(folder, 20)), /in use: another fetch/);
    assert.equal((await first).images, 20);
  });
});
