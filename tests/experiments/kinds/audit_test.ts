/** Audits of made-up folders where the answer is known, and of folders that nobody would wish for. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { folder } from "../../../src/data/mod.ts";
import {
  audit,
  checkExperiment,
  compareDatasets,
  conclusionInWords,
  exemplarRows,
  hashOf,
  headlineInWords,
  run,
  testEvidence,
} from "../../../src/experiments/mod.ts";
import type { Audit, AuditRecord } from "../../../src/experiments/mod.ts";
import type { EvidenceName } from "~/evidence/mod.ts";
import { strictestLevel } from "~/experiments/kinds/audit/schema.ts";
import { random, wilson } from "../../../src/stats/mod.ts";
import { startEngine } from "../../../src/tensorflow/mod.ts";
import { environment } from "../../made/environment.ts";
import { auditedFolders, blots } from "../../made/experiments/audited_folders.ts";
import { nullAudits } from "../../made/experiments/null_audits.ts";
import { timeless } from "../../made/experiments/runs.ts";
import type { FilesOnDisk } from "../../made/data/photo_files.ts";

/** Names given to these folders in data of their own, which go with the files. */
async function inData<T>(files: FilesOnDisk, use: () => T | Promise<T>): Promise<T> {
  using _data = environment({ NTD_DATA: join(files.path, "data") });
  return await use();
}

const few = { evidence: ["mean-color", "file-header"], permutations: 199 } satisfies Partial<Audit>;

/** The record of an audit of folders in `files`, by their names. */
function audited(
  files: FilesOnDisk,
  folders: readonly string[],
  fields: Partial<Audit> = few,
): Promise<AuditRecord> {
  return inData(files, () => {
    const datasets = folders.map((name) => folder(join(files.path, name)));
    return run(audit({ datasets, ...fields }), { runs: join(files.path, "runs") });
  });
}

Deno.test("folders of another colour are told apart by it, and files alike are not", async () => {
  using files = await auditedFolders({
    plain: { images: 60, seed: 0 },
    warm: { images: 40, seed: 100, red: 60 },
  });
  const findings: string[] = [];
  const record = await inData(files, () => {
    const datasets = ["plain", "warm"].map((name) => folder(join(files.path, name)));
    return run(audit({ datasets, ...few }), {
      runs: join(files.path, "runs"),
      onProgress: ({ finding }) => finding !== undefined && findings.push(finding),
    });
  });
  const { result } = record;
  const [pair] = result.pairs;
  const [color, file] = pair.tests;
  assert.equal(pair.verdict, "told apart");
  assert.ok(color.adjusted <= 0.05 && color.area.low > 0.6, JSON.stringify(color));
  assert.ok(color.p >= 1 / 200 && color.adjusted === 2 * color.p);
  assert.ok(color.heldOut.pairs >= 15 && color.heldOut.pairs <= 25);
  assert.ok(file.visible > 0.5);
  assert.equal(findings.length, 1);
  assert.equal(findings[0], headlineInWords(pair, result));
  assert.match(findings[0], /^plain and warm are told apart by mean colour \(p = 0\.\d+/);
  assert.match(conclusionInWords(pair), /colours alone \(mean colour/);
  assert.deepEqual(result.datasets.map(({ images, groups, total }) => [images, groups, total]), [
    [60, 60, 60],
    [40, 40, 40],
  ]);
  assert.equal(pair.scores.length, 100);
  const mean = (scores: number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length;
  assert.ok(mean(pair.scores.slice(0, 60)) > 0.2 && mean(pair.scores.slice(60)) < -0.2);
});

Deno.test("another quality of JPEG is found in the file's header, and goes with one encoding for all", async () => {
  using files = await auditedFolders({
    fine: { images: 40, seed: 200 },
    coarse: { images: 40, seed: 300, quality: 40 },
  });
  const fields = { ...few, evidence: ["file-header"] } satisfies Partial<Audit>;
  const [asTheyAre] = (await audited(files, ["fine", "coarse"], fields)).result.pairs;
  assert.match(conclusionInWords(asTheyAre), /file headers alone/);
  const sameEncoding = { side: 40, quality: 90 };
  const [alike] = (await audited(files, ["fine", "coarse"], { ...fields, sameEncoding })).result.pairs;
  assert.ok(alike.tests[0].area.value < asTheyAre.tests[0].area.value - 0.1);
});

Deno.test("the same folder twice is not told apart: all images are in both", async () => {
  using files = await auditedFolders({ one: { images: 30, seed: 400 } });
  const { result } = await audited(files, ["one", "one"]);
  const [pair] = result.pairs;
  assert.equal(pair.verdict, "not told apart");
  assert.ok(pair.tests.every(({ p }) => p === 1), JSON.stringify(pair.tests));
  assert.equal(pair.twins.count, 30);
  assert.match(headlineInWords(pair, result), /\(p = 1\.000, corrected 1\.000\)\. All images are in both\.$/);
  assert.notEqual(result.datasets[0].title, result.datasets[1].title);
});

Deno.test("a copy that was encoded anew is in both folders as well", async () => {
  using files = await auditedFolders({
    one: { images: 30, seed: 500, quality: 100 },
    copy: { images: 30, seed: 500, quality: 97 },
  });
  const [pair] = (await audited(files, ["one", "copy"])).result.pairs;
  assert.ok(pair.twins.count >= 10 && pair.twins.first.every(({ equal }) => !equal), `${pair.twins.count}`);
});

Deno.test("of 1 or 10 images nothing is said, and no p-value is made", async () => {
  using files = await auditedFolders({
    one: { images: 1, seed: 600 },
    ten: { images: 10, seed: 700, red: 100 },
    many: { images: 30, seed: 800 },
  });
  const { result } = await audited(files, ["one", "ten", "many"]);
  for (const pair of result.pairs) {
    assert.equal(pair.verdict, "too few to tell");
    assert.deepEqual(pair.tests, []);
    assert.match(headlineInWords(pair, result), /too few to tell\. (one|ten) has (1 image|10 images);/);
  }
});

Deno.test("a name with a line's end or an escape sequence is one line of a finding, as figures", async () => {
  using files = await auditedFolders({
    "a\nb": { images: 1, seed: 600 },
    "c\x1b[2J": { images: 1, seed: 700 },
  });
  const { result } = await audited(files, ["a\nb", "c\x1b[2J"]);
  assert.match(headlineInWords(result.pairs[0], result), /^a\\u\{a\}b and c\\u\{1b\}\[2J: too few/);
});

Deno.test("many images in few groups are too few", async () => {
  using files = await auditedFolders({ a: { images: 30, seed: 900 }, b: { images: 30, seed: 1000 } });
  const { result } = await audited(files, ["a", "b"], { ...few, groups: { pattern: "^(\\d)" } });
  assert.equal(result.pairs[0].verdict, "too few to tell");
  assert.match(headlineInWords(result.pairs[0], result), /a has 30 images in 1 group;/);
});

Deno.test("a CSV file names groups; its content is the identity, not its path", async () => {
  const csv = "file,group\n000.jpg,x\n001.jpg,x\n";
  using files = await auditedFolders({ a: { images: 24, seed: 1100 }, b: { images: 24, seed: 1200 } }, {
    "groups.csv": csv,
    "same.csv": csv,
    "none.csv": "file,group\nnowhere.jpg,x\n",
    "columns.csv": "path,of\n000.jpg,x\n",
  });
  const withCsv = (name: string) => ({ ...few, groups: { csv: join(files.path, name) } });
  const { result } = await audited(files, ["a", "b"], withCsv("groups.csv"));
  assert.deepEqual(result.datasets.map(({ groups }) => groups), [23, 23]);
  await inData(files, () => {
    const datasets = ["a", "b"].map((name) => folder(join(files.path, name)));
    const hashes = ["groups.csv", "same.csv", "none.csv"].map((name) =>
      hashOf(audit({ datasets, ...withCsv(name) }))
    );
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
  });
  await assert.rejects(audited(files, ["a", "b"], withCsv("none.csv")), /none\.csv names none of the images/);
  await assert.rejects(audited(files, ["a", "b"], withCsv("columns.csv")), /the columns "file" and "group"/);
  await assert.rejects(audited(files, ["a", "b"], withCsv("absent.csv")), /absent\.csv cannot be read/);
  await assert.rejects(
    audited(files, ["a", "b"], { ...few, groups: { pattern: "zzz" } }),
    /finds nothing in/,
  );
});

Deno.test("a folder in the other, an empty one and none at all are errors that name it", async () => {
  using files = await auditedFolders({ a: { images: 2, seed: 1300 }, "a/inner": { images: 2, seed: 1400 } }, {
    "empty/notes.txt": "no image",
  });
  await assert.rejects(
    audited(files, ["a", "a/inner"]),
    /a\/inner lies in .*\/a, so that its images are in both/,
  );
  await assert.rejects(async () => await audited(files, ["a", "empty"]), /empty has no images/);
  await assert.rejects(async () => await audited(files, ["a", "absent"]), /there is no folder .*absent/);
});

Deno.test("damaged files, loops and names from anywhere do not stop an audit", async () => {
  using files = await auditedFolders({ good: { images: 24, seed: 1500 }, odd: { images: 21, seed: 1600 } }, {
    "odd/empty.jpg": "",
    "odd/page.jpg": "<!doctype html><p>not found",
    "odd/half.jpg": (await blots({ seed: 1 })).slice(0, 300),
    "odd/notes.txt": "no image",
    "odd/<script>alert(1)</script>.jpg": await blots({ seed: 2 }),
    "odd/two\nlines.jpg": await blots({ seed: 3 }),
    "odd/deep/er/below.jpg": await blots({ seed: 4 }),
  });
  const odd = join(files.path, "odd");
  Deno.symlinkSync(odd, join(odd, "loop"));
  Deno.symlinkSync(join(files.path, "nowhere.jpg"), join(odd, "dangling.jpg"));
  const copy = new Deno.Command("sh", {
    args: ["-c", "cp 000.jpg \"$(printf 'bytes-\\377.jpg')\""],
    cwd: odd,
  });
  assert.equal((await copy.output()).code, 0);
  const { result } = await audited(files, ["good", "odd"]);
  assert.notEqual(result.pairs[0].verdict, "too few to tell");
  const names = result.images.filter(({ dataset }) => dataset === 1).map(({ name }) => name);
  assert.equal(names.length, 24);
  for (const name of ["<script>alert(1)</script>.jpg", "two\nlines.jpg", "deep/er/below.jpg"]) {
    assert.ok(names.includes(name), name);
  }
  const unread = new Map(result.datasets[1].unread.first.map(({ name, reason }) => [name, reason]));
  assert.match(unread.get("empty.jpg")!, /it is empty/);
  assert.match(unread.get("page.jpg")!, /is an HTML page/);
  assert.ok(unread.has("half.jpg") && unread.has("dangling.jpg"));
  assert.match(unread.get("bytes-\ufffd.jpg")!, /no UTF-8/);
  assert.equal(result.datasets[1].unread.count, 5);
});

Deno.test("a sample goes by the hash of names, and says how many there are", async () => {
  using files = await auditedFolders({ a: { images: 50, seed: 1700 }, b: { images: 50, seed: 1800 } });
  const namesOf = async (imagesPerDataset: number) => {
    const { result } = await audited(files, ["a", "b"], {
      ...few,
      evidence: ["mean-color"],
      imagesPerDataset,
    });
    assert.deepEqual(result.datasets.map(({ total, images }) => [total, images]), [
      [50, imagesPerDataset],
      [50, imagesPerDataset],
    ]);
    return result.images.map(({ dataset, name }) => `${dataset} ${name}`);
  };
  const [fewer, more] = [await namesOf(22), await namesOf(30)];
  assert.deepEqual(fewer.filter((name) => !more.includes(name)), []);
});

Deno.test("an audit that was stopped gives the same numbers when it is run again", async () => {
  using files = await auditedFolders({ a: { images: 25, seed: 1900 }, b: { images: 25, seed: 2000 } });
  const whole = await audited(files, ["a", "b"]);
  await inData(files, async () => {
    const experiment = audit({ datasets: ["a", "b"].map((name) => folder(join(files.path, name))), ...few });
    for (const at of [10, 60, 90]) {
      const controller = new AbortController();
      const runs = join(files.path, `stopped ${at}`);
      let told = 0;
      const onProgress = () => void (++told === at && controller.abort(new Error("stopped")));
      await assert.rejects(run(experiment, { runs, signal: controller.signal, onProgress }), /stopped/);
      assert.deepEqual(timeless(await run(experiment, { runs })), timeless(whole));
    }
  });
});

Deno.test("drawings have no files, and parts of a dataset can be compared", async () => {
  const runs = Deno.makeTempDirSync();
  const { result } = await run(
    audit({
      datasets: ["fxemoji#1/2", "fxemoji#2/2"],
      imagesPerDataset: 40,
      evidence: ["all-pixels", "file-header"],
      permutations: 199,
    }),
    { runs },
  );
  const headline = audit({ datasets: ["fxemoji#1/2", "fxemoji#2/2"], evidence: ["file-header"] });
  await assert.rejects(
    run(headline, { runs }),
    /"file-header" reads files, and the images of fxemoji#1\/2 are drawn/,
  );
  assert.deepEqual(result.pairs[0].without, ["file-header"]);
  assert.deepEqual(result.pairs[0].tests.map(({ evidence }) => evidence), ["all-pixels"]);
  Deno.removeSync(runs, { recursive: true });
});

Deno.test("what cannot be an audit is refused, naming the field", () => {
  const good = audit({ datasets: ["fxemoji#1/2", "fxemoji#2/2"] });
  assert.deepEqual(checkExperiment(good), good);
  const faults: [Partial<Audit>, RegExp][] = [
    [{ evidence: ["hog", "hog"] }, /"hog" is named twice/],
    [
      { permutations: 100 },
      /permutations is 100: among so many tests none could be significant\. Give \d+ or more/,
    ],
    [{ groups: { pattern: "(" } }, /groups: Invalid regular expression/],
    [{ datasets: ["fxemoji"] }, /an audit compares two datasets or more/],
    [{ imagesPerDataset: 0 }, /imagesPerDataset/],
  ];
  for (const [fields, message] of faults) {
    assert.throws(() => checkExperiment({ ...good, ...fields }), message);
  }
});

Deno.test("where there is nothing to find, 5 of 100 audits find something", async () => {
  using files = await auditedFolders({ null: { images: 160, seed: 3000 } });
  const dataset = await inData(files, () => folder(join(files.path, "null")));
  const found = await inData(
    files,
    () => nullAudits(dataset, { audits: 100, images: 40, evidence: ["mean-color"], seed: 31 }),
  );
  const { p, binomial } = found.get("mean-color")!;
  for (const values of [p, binomial]) {
    const { low } = wilson(values.filter((value) => value <= 0.05).length, values.length, 0.999);
    assert.ok(low < 0.05, `${values.filter((value) => value <= 0.05).length} of ${values.length}`);
  }
  assert.ok(p.some((value) => value < 0.3) && p.some((value) => value > 0.7));
});

Deno.test("strictestLevel: half for the headline, half for the others together, each by its number of pairs", () => {
  const level = (datasets: string[], evidence: EvidenceName[], name: EvidenceName) =>
    strictestLevel({ datasets, evidence }, name);
  assert.equal(level(["a", "b"], ["canny"], "canny"), 0.05);
  assert.equal(level(["a", "b"], ["canny", "hog", "low-pass"], "canny"), 0.025);
  assert.equal(level(["a", "b"], ["canny", "hog", "low-pass"], "hog"), 0.0125);
  assert.ok(Math.abs(level(["a", "b", "c"], ["canny", "hog"], "hog") - 0.025 / 3) < 1e-15);
});

Deno.test("what the headline looks at is where the datasets differ", async () => {
  using files = await auditedFolders({
    marked: { images: 100, seed: 8000, mark: true },
    plain: { images: 100, seed: 8100 },
  });
  const { result } = await audited(files, ["marked", "plain"], {
    evidence: ["all-pixels"],
    permutations: 199,
  });
  const [pair] = result.pairs;
  assert.deepEqual([pair.verdict, pair.lookedAt!.length], ["told apart", 16]);
  const names = new Set(exemplarRows(pair, result, 4)[0].images.map(({ name }) => name)); // typical of the first
  const typical = pair.lookedAt!.filter(({ dataset, name }) => dataset === 0 && names.has(name));
  const mean = Array.from({ length: 64 }, (_, i) => typical.reduce((sum, { falls }) => sum + falls[i], 0));
  const most = mean.indexOf(Math.max(...mean));
  assert.ok(typical.length === 4 && most % 8 <= 2 && most < 3 * 8, mean.join()); // the upper left corner
});

Deno.test("a version that changes nothing has the image's own held-out score", async () => {
  const stream = random(1);
  const [rows, columns] = [60, 5];
  const values = Float32Array.from(
    { length: rows * columns },
    (_, i) => stream.normal() + (i < rows * columns / 2 ? 0.5 : 0),
  );
  const settings = audit({
    datasets: ["first", "second"],
    evidence: ["mean-color"],
    permutations: 19,
    preset: "laptop",
  });
  const images = Array.from({ length: rows }, (_, i) => ({ dataset: i < rows / 2 ? 0 : 1 }));
  const comparison = compareDatasets([0, 1], { images, groups: Int32Array.from(images.keys()) }, settings);
  await startEngine();
  const reading = { vectors: new Map([["mean-color" as const, { values, columns }]]) };
  const { scores, scoresOf } = await testEvidence("mean-color", comparison, reading, settings);
  const versions = new Map([3, 40, 59].map((place) => {
    const own = values.slice(place * columns, (place + 1) * columns);
    return [place, Float32Array.from([...own, ...own.map((value) => -value)])];
  }));
  for (const [place, [same, other]] of await scoresOf(versions)) {
    assert.ok(Math.abs(same - scores[place]) < 1e-5, `${same} ${scores[place]}`);
    assert.ok(Math.abs(other - same) > 1e-3);
  }
});
