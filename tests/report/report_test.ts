/** Reports of audits: nothing of a name becomes markup, numbers fit the published schema, pictures are there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "csv-parse/sync";
import { JSDOM } from "jsdom";
import sharp from "sharp";
import { folder } from "../../src/data/mod.ts";
import { type Audit, audit, type AuditRecord, exemplarRows, run } from "../../src/experiments/mod.ts";
import { evidenceChart } from "../../src/report/chart.ts";
import {
  auditPage,
  auditText,
  reportJsonSchema,
  reportOf,
  worthALook,
  writeReports,
} from "../../src/report/mod.ts";
import { auditedFolders, blots } from "../made/experiments/audited_folders.ts";
import { shared } from "../made/experiments/runs.ts";

const EVIL = `<img src=x onerror=alert(1)>"'&.jpg`;

/** An audit of two folders with odd names and a picture in both, and the same after one encoding for all. */
const records = shared(async () => {
  const both = await blots({ seed: 1 });
  const files = await auditedFolders({
    "<b>warm</b>": { images: 24, seed: 5000, red: 70 },
    plain: { images: 24, seed: 5100 },
  }, {
    [`<b>warm</b>/${EVIL}`]: await blots({ seed: 2, red: 70 }),
    "<b>warm</b>/=SUM(A1).jpg": "no image",
    "<b>warm</b>/both.jpg": both,
    "plain/both, too.jpg": both,
  });
  Deno.env.set("NTD_DATA", join(files.path, "data"));
  const datasets = ["<b>warm</b>", "plain"].map((name) => folder(join(files.path, name)));
  const fields = { datasets, evidence: ["mean-color", "file-header"], permutations: 199 } satisfies Partial<
    Audit
  >;
  const runs = join(files.path, "runs");
  const record = await run(audit(fields), { runs });
  const again = await run(audit({ ...fields, sameEncoding: { side: 32, quality: 80 } }), { runs });
  return { record, again, path: files.path };
});

Deno.test("the page has no script, asks for nothing, and shows names as they are", async () => {
  const { record, again } = await records();
  const page = await auditPage(record, again);
  const { document } = new JSDOM(page).window;
  assert.equal(document.querySelectorAll("script, link, iframe, object, [onerror], [onload]").length, 0);
  const places = [...document.querySelectorAll("[src], [href]")]
    .map((element) => element.getAttribute("src") ?? element.getAttribute("href")!);
  assert.ok(places.length > 10);
  assert.deepEqual(places.filter((place) => !place.startsWith("data:image/webp;base64,")), []);
  const text = document.body.textContent!;
  assert.ok(text.includes(EVIL) && text.includes("<b>warm</b>"));
  assert.equal(document.querySelectorAll("b").length, 0);
  assert.equal(document.documentElement.lang, "en");
  assert.deepEqual([...document.querySelectorAll("img")].filter((image) => !image.alt), []);
  assert.ok(document.querySelectorAll(".map circle").length >= 40);
  const first = Uint8Array.fromBase64(places[0].split(",")[1]);
  assert.equal((await sharp(first).metadata()).format, "webp");
});

Deno.test("the page is green where folders do not differ, not where there are too few images to tell", async () => {
  const { record } = await records();
  const colorAs = async (verdict: AuditRecord["result"]["pairs"][number]["verdict"]) => {
    const other = structuredClone(record);
    for (const pair of other.result.pairs) pair.verdict = verdict;
    const { document } = new JSDOM(await auditPage(other)).window;
    return document.querySelector(".verdict")!.getAttribute("style");
  };
  assert.equal(await colorAs("told apart"), "border-color:#D55E00");
  assert.equal(await colorAs("not told apart"), "border-color:#009E73");
  assert.equal(await colorAs("too few to tell"), "border-color:#767676");
});

Deno.test("a point of the map that gets the focus says which image it is", async () => {
  const { record } = await records();
  const { document } = new JSDOM(await auditPage(record)).window;
  const points = [...document.querySelectorAll(".map [tabindex]")];
  assert.ok(points.length >= 40);
  for (const point of points) {
    assert.equal(point.getAttribute("aria-label"), point.querySelector("title")!.textContent);
    assert.equal(point.closest("[role=img]"), point, "an image has no parts that get the focus");
  }
  assert.equal(document.querySelector(".map")!.getAttribute("role"), "group");
});

Deno.test("one pair of images in both is one", async () => {
  const { record } = await records();
  const { texts } = auditText(record).find(({ heading }) => /^Images in both/.test(heading))!;
  assert.equal(record.result.pairs[0].twins.count, 1);
  assert.equal(texts[0], "1 pair is equal or looks the same. It stays together in every split.");
});

Deno.test("what the classifier looks at stands under the image that it is of", async () => {
  const { record } = await records();
  assert.doesNotMatch(await auditPage(record), /what the classifier looks at/);
  const looked = structuredClone(record);
  const [pair] = looked.result.pairs;
  const [{ images: [{ dataset, name }] }] = exemplarRows(pair, looked.result, 1);
  pair.lookedAt = [{ dataset, name, falls: Array.from({ length: 64 }, (_, i) => i / 64) }];
  const { document } = new JSDOM(await auditPage(looked)).window;
  const maps = [...document.querySelectorAll("img[alt='what the classifier looks at']")];
  assert.deepEqual(maps.map(({ parentElement }) => parentElement!.textContent), [name]);
  assert.match(document.body.textContent!, /Where it is yellow, the answer falls most/);
  const drawn = Uint8Array.fromBase64(maps[0].getAttribute("src")!.split(",")[1]);
  const { data, info } = await sharp(drawn).raw().toBuffer({ resolveWithObject: true });
  const at = (y: number) => [...data.subarray(3 * (y * info.width + 55), 3 * (y * info.width + 55) + 3)];
  const [top, bottom] = [at(8), at(info.height - 8)];
  assert.ok(info.width === 110 && info.height === 110);
  assert.ok(top[2] > top[1] && bottom[0] > bottom[2] && bottom[1] > bottom[2], `${top}; ${bottom}`);
  assert.doesNotThrow(() => reportOf(looked));
});

Deno.test("the JSON fits the published schema", async () => {
  const { record, again } = await records();
  const schema = Deno.readTextFileSync(new URL("../../src/report/schema.json", import.meta.url));
  assert.equal(schema, reportJsonSchema(), "run deno run -A tests/made/report/write_schema.ts");
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(schema));
  for (const report of [reportOf(record), reportOf(record, again)]) {
    const read: object = JSON.parse(JSON.stringify(report));
    assert.ok(validate(read), JSON.stringify(validate.errors));
    assert.ok(!validate({ ...read, more: 1 }));
  }
});

Deno.test("the CSV lists what could not be read, what is in both, and is no spreadsheet's formula", async () => {
  const { record } = await records();
  const rows: Record<string, string>[] = parse(worthALook(record), { columns: true });
  const why = (file: string) => rows.filter((row) => row.file === file).map((row) => row.why);
  assert.match(why("'=SUM(A1).jpg")[0], /^not read/);
  const twin = rows.find(({ file, why }) => file === "both.jpg" && why === "the same file")!;
  assert.equal(twin["other file"], "both, too.jpg");
  assert.ok(why(EVIL).length > 0);
});

Deno.test("the text says verdict, evidence, what changed, what to do and how", async () => {
  const { record, again } = await records();
  const sections = auditText(record, again);
  const headings = sections.map(({ heading }) => heading).join("\n");
  for (
    const part of [
      /^Verdict/,
      /What tells .* apart/,
      /After all images/,
      /Images in both/,
      /What to do/,
      /How/,
    ]
  ) {
    assert.match(headings, part);
  }
  assert.match(
    sections[0].texts.join(" "),
    /told apart by mean colour .* Of 100 pairs of images, one of each, \d+/,
  );
  assert.match(sections.at(-1)!.texts[0], /Lopez-Paz & Oquab 2017/);
});

Deno.test("what to do is of what is left once images were written alike", async () => {
  const { record, again } = await records();
  const adviceOf = (after?: typeof again) =>
    auditText(record, after).find(({ heading }) => heading === "What to do")!.texts.join("\n");
  const without = structuredClone(again);
  for (const { tests } of without.result.pairs) for (const test of tests) test.adjusted = 1;
  assert.match(adviceOf(), /Colours differ/);
  assert.doesNotMatch(adviceOf(), /Write all images anew/);
  assert.match(adviceOf(without), /Write all images anew .* tests that told them apart 0 then do\./);
  assert.doesNotMatch(adviceOf(without), /Colours differ/);
});

/** The pair of a record thrice, as if it were of three datasets. */
function thrice<R extends AuditRecord>(one: R): R {
  const { datasets, pairs: [pair] } = one.result;
  const pairs = [[0, 1], [0, 2], [1, 2]].map((places) => ({ ...pair, datasets: places }));
  return {
    ...one,
    result: { ...one.result, datasets: [...datasets, { ...datasets[1], title: "third" }], pairs },
  };
}

Deno.test("of several pairs the pictures that are in both say which they are of", async () => {
  const { record } = await records();
  const { document } = new JSDOM(await auditPage(thrice(record))).window;
  const headings = [...document.querySelectorAll("h2")].map(({ textContent }) => textContent!);
  assert.deepEqual(headings.filter((heading) => heading.startsWith("Pictures")), [
    "Pictures that are in both b> and plain",
    "Pictures that are in both b> and third",
    "Pictures that are in both plain and third",
  ]);
});

Deno.test("of several pairs each conclusion says which it is of", async () => {
  const { record, again } = await records();
  const { texts } = auditText(thrice(record), thrice(again)).find(({ heading }) => /^After/.test(heading))!;
  assert.deepEqual(texts.map((text) => text.split(": ")[0]), [
    "b> and plain",
    "b> and third",
    "plain and third",
  ]);
});

Deno.test("a drawing's title is cut where it has no room, and is whole in its <title>", async () => {
  const { record: { result: { pairs: [pair] } } } = await records();
  const title = "a folder with a long name ".repeat(9);
  const svg = evidenceChart(pair, title);
  assert.ok(svg.includes(`<title>${title}</title>`));
  assert.match(svg, /font-weight="bold">a folder with a long name [^<]{20,80}…</);
  assert.match(evidenceChart(pair, "short"), /font-weight="bold">short</);
});

Deno.test("labels of an axis keep their distance however long it is, and chance has one", async () => {
  const { record: { result: { pairs: [pair] } } } = await records();
  for (const low of [0, 0.15, 0.31, 0.47, 0.8]) {
    const tests = pair.tests.map((test) => ({ ...test, area: { value: 0.9, low, high: 1 } }));
    const labels = [
      ...evidenceChart({ ...pair, tests }, "").matchAll(/<text x="([\d.]+)"[^>]*>(\d+)%<\/text>/g),
    ];
    const places = labels.map(([, x]) => Number(x));
    assert.ok(labels.length >= 4 && labels.some(([, , label]) => label === "50"));
    assert.ok(places.every((x, i) => i === 0 || x - places[i - 1] >= 40), `${low}: ${places}`);
  }
});

Deno.test("files are written whole, and a picture is one", async () => {
  const { record, path } = await records();
  const [report, png] = ["a.html", "a.png"].map((name) => join(path, name));
  assert.deepEqual(await writeReports(record, undefined, { report, png }), [report, png]);
  const { format, width = 0 } = await sharp(png).metadata();
  assert.ok(format === "png" && width > 600);
  const nowhere = join(path, "none", "a.json");
  await assert.rejects(
    writeReports(record, undefined, { json: nowhere }),
    /none\/a\.json could not be written/,
  );
});
