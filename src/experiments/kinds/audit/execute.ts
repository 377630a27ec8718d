/** Audits datasets: a classifier two-sample test (Lopez-Paz & Oquab 2017) for each kind of evidence. */
import { isAbsolute } from "node:path";
import { duplicatePairs, type Originals, readManifest } from "../../../data/mod.ts";
import { type EvidenceName, evidenceOf, sightingOf } from "../../../evidence/mod.ts";
import { centreSquare } from "../../../images/mod.ts";
import {
  cover,
  coversOf,
  meanOverSquares,
  principalComponents,
  projectFeatures,
} from "../../../interpret/mod.ts";
import { featuresOf } from "../../../probe/mod.ts";
import { ExperimentError } from "../../check.ts";
import type { Executed, Kind } from "../../kind.ts";
import type { Session } from "../../session.ts";
import { exemplarRows, imageKey } from "./exemplars.ts";
import { ownGroups, rowsWithoutImage } from "./groups.ts";
import { type AuditedImage, choose, readImages, type Reading } from "./reading.ts";
import {
  type Audit,
  auditDescription,
  type AuditPair,
  type AuditRecord,
  type AuditResult,
  isFound,
  LEAST_GROUPS,
} from "./schema.ts";
import { holm } from "../../../stats/mod.ts";
import { compareDatasets, groupsOf, testEvidence } from "./tests.ts";
import { headlineInWords } from "./words.ts";

/** Audits. They read files as they are and no pools; an interrupted one begins anew, to the same numbers. */
export const auditKind: Kind<Audit, AuditRecord> = {
  ...auditDescription,
  threads: false,
  pools: false,
  execute,
};

async function execute(audit: Audit, session: Session<AuditRecord>): Promise<Executed<AuditRecord>> {
  const started = performance.now();
  const { options: { onProgress, signal }, label } = session;
  const chosen = await choose(audit);
  const hasFiles = (pair: readonly number[]) => pair.every((d) => chosen[d].areFiles);
  const [headline, ...others] = audit.evidence;
  checkHeadline(headline, audit, chosen);
  const reading = await readImages(audit, { chosen, evidence: [headline], session });
  const { images } = reading;
  const own = await ownGroups(audit, images);
  const strayRows = await rowsWithoutImage(audit, allOf(chosen));
  const groups = groupsOf(images, own, audit.datasets.length);
  const datasets = distinct(
    audit.datasets.map((name, d) => datasetOf(name, d, { total: chosen[d].total, groups, reading })),
  );
  const compared = pairsOf(audit.datasets.length).map((pair): Compared => {
    const canTell = pair.every((d) => datasets[d].groups >= LEAST_GROUPS);
    const without = hasFiles(pair) ? [] : audit.evidence.filter((name) => evidenceOf(name).needs === "file");
    const comparison = canTell ? compareDatasets(pair, { images, groups }, audit) : undefined;
    return { pair, without, comparison, raw: [], scores: [] };
  });
  const testAll = async (kinds: readonly EvidenceName[], read: Reading) => {
    for (const name of kinds) {
      for (const each of compared) {
        signal?.throwIfAborted();
        if (!each.comparison || each.without.includes(name)) continue;
        const { test, scores, scoresOf } = await testEvidence(name, each.comparison, read, audit);
        each.raw.push(test);
        if (name !== headline) continue;
        each.scoresOf = scoresOf;
        each.scores = Array.from(scores, (score) => Number(score.toFixed(4)));
      }
    }
  };
  await testAll([headline], reading);
  const found = () => finished(compared, { audit, images, datasets });
  const first = found();
  for (const pair of first) {
    const finding = headlineInWords(pair, { datasets });
    onProgress?.({ phase: "features", label, done: images.length, total: images.length, finding });
  }
  await lookInto(compared, first, { headline, reading, audit, signal });
  const map = await mapOf(reading, headline);
  const isAsked = (name: EvidenceName) =>
    compared.some(({ comparison, without }) => comparison && !without.includes(name));
  const asked = others.filter(isAsked);
  if (asked.length > 0) {
    await testAll(asked, await readImages(audit, { chosen, evidence: asked, known: reading, session }));
  }
  const result = {
    datasets,
    pairs: found(),
    ...(strayRows && { strayRows }),
    images: images.map(({ dataset, name }, i) => ({ dataset, name, at: map[i] })),
    seconds: (performance.now() - started) / 1000,
  };
  return { result };
}

/** Pairs that are looked into; of more than a few nobody looks at all pictures. */
const LOOKED_INTO = 6;

/** Maps of what the headline looks at, for the first pairs that it tells apart; it must see a picture. */
async function lookInto(
  compared: readonly Compared[],
  first: readonly AuditPair[],
  { headline, reading, audit, signal }: {
    headline: EvidenceName;
    reading: Reading;
    audit: Audit;
    signal?: AbortSignal;
  },
): Promise<void> {
  if (!evidenceOf(headline).look) return;
  const apart = first.flatMap((pair, i) => pair.tests.some(isFound) ? [{ pair, one: compared[i] }] : []);
  for (const { pair, one } of apart.slice(0, LOOKED_INTO)) {
    signal?.throwIfAborted();
    const { comparison, scoresOf } = one as Required<Compared>;
    one.lookedAt = await lookedAt(headline, { pair, comparison, scoresOf }, reading, audit);
  }
}

/** A pair that the headline tells apart. */
interface TestedPair {
  pair: AuditPair;
  comparison: ReturnType<typeof compareDatasets>;
  scoresOf: Tested["scoresOf"];
}

/** Images of each row, typical or confused, that are looked into. */
const EACH = 4;

/** Side of the pictures, of the square that covers and of its steps, px; cells of a map along a side. */
const SIDE = 64, PATCH = 16, STRIDE = 8, CELLS = SIDE / STRIDE;

/**
 * What the headline's classifier looks at: its answer where a part of an image is covered with its mean
 * colour (Zeiler & Fergus 2014). Maps of the most typical and the most confused images of a pair, for the
 * dataset that each is taken for by the classifier that was fitted without it.
 */
async function lookedAt(
  headline: EvidenceName,
  { pair, comparison, scoresOf }: TestedPair,
  reading: Reading,
  audit: Audit,
): Promise<NonNullable<AuditPair["lookedAt"]>> {
  const shown = exemplarRows(pair, reading, EACH).flatMap(({ images }) => images);
  const isShown = new Set(shown.map(imageKey));
  const imageAt = (place: number) => reading.images[comparison.rows[place]];
  const places = [...comparison.rows.keys()].filter((place) => isShown.has(imageKey(imageAt(place))));
  const sightings = await reading.again(places.map(imageAt));
  const covers = coversOf(SIDE, PATCH, STRIDE);
  using reader = await evidenceOf(headline).prepare([], audit.seed);
  const versions = new Map<number, Float32Array>();
  for (const [i, place] of places.entries()) {
    const square = new Uint8Array(SIDE * SIDE * 3);
    centreSquare(sightings[i].image, SIDE, square);
    const mean = meanColor(square);
    const pictures = [square, ...covers.map((one) => cover(square, SIDE, one, mean))];
    const seen = pictures.map((pixels) => sightingOf({ pixels, width: SIDE, height: SIDE, channels: 3 }));
    versions.set(place, await reader.vectorsOf(seen));
  }
  const scores = await scoresOf(versions);
  return places.map((place) => {
    const [whole, ...covered] = scores.get(place)!;
    const falls = covered.map((score) => Math.sign(whole) * (whole - score));
    const map = meanOverSquares(covers, falls, SIDE);
    const { dataset, name } = imageAt(place);
    const cells = Array.from(
      { length: CELLS * CELLS },
      (_, i) => Number(map[Math.floor(i / CELLS) * STRIDE * SIDE + i % CELLS * STRIDE].toFixed(4)),
    );
    return { dataset, name, falls: cells };
  });
}

function meanColor(square: Uint8Array): number[] {
  const pixels = square.length / 3;
  return [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = c; i < square.length; i += 3) sum += square[i];
    return Math.round(sum / pixels);
  });
}

type AuditedDataset = AuditResult["datasets"][number];
type Tested = Awaited<ReturnType<typeof testEvidence>>;
type RawTest = Tested["test"];

/** @throws {ExperimentError} where the headline reads files and the images of a dataset are drawn */
function checkHeadline(headline: EvidenceName, { datasets }: Audit, chosen: readonly Originals[]): void {
  if (evidenceOf(headline).needs === "image") return;
  const drawn = chosen.findIndex(({ areFiles }) => !areFiles);
  if (drawn < 0) return;
  throw new ExperimentError(
    `evidence: "${headline}" reads files, and the images of ${
      datasets[drawn]
    } are drawn. Name another kind first.`,
  );
}

async function* allOf(chosen: readonly Originals[]) {
  for (const { all } of chosen) yield* all();
}

/** Every two of so many. */
function pairsOf(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) => a)
    .flatMap((a) => Array.from({ length: count - a - 1 }, (_, i): [number, number] => [a, a + 1 + i]));
}

/** Images that could not be read, and twins, of which a record names so many. */
const NAMED = 50;

function datasetOf(
  name: string,
  d: number,
  { total, groups, reading }: { total: number; groups: Int32Array; reading: Reading },
): AuditedDataset {
  const manifest = /[+@#]/.test(name) ? undefined : readManifest(name);
  const own = [...reading.images.keys()].filter((i) => reading.images[i].dataset === d);
  const unread = reading.unread.filter(({ dataset }) => dataset === d);
  return {
    name,
    title: manifest?.title ?? name,
    origin: manifest ? originOf(manifest) : name,
    total,
    images: own.length,
    groups: new Set(own.map((i) => groups[i])).size,
    unread: {
      count: unread.length,
      first: unread.slice(0, NAMED).map(({ name, reason }) => ({ name, reason })),
    },
  };
}

/** The place of a dataset that lies on this machine, else its name: an address may have a secret in it. */
function originOf({ name, source }: ReturnType<typeof readManifest>): string {
  const place = source.type === "folder"
    ? source.path
    : source.type === "webdataset"
    ? source.shards
    : source.type === "parquet"
    ? source.files
    : undefined;
  return place && isAbsolute(place) ? place : name;
}

/** The same with titles that differ: where they would not, a title is where the dataset is from. */
function distinct(datasets: readonly AuditedDataset[]): AuditedDataset[] {
  const isTwice = (of: "title" | "origin", text: string) =>
    datasets.filter((one) => one[of] === text).length > 1;
  return datasets.map((dataset, i) => {
    const { title, origin } = dataset;
    if (!isTwice("title", title)) return dataset;
    return { ...dataset, title: isTwice("origin", origin) ? `${origin} (${i + 1})` : origin };
  });
}

/** A pair while its tests are being made. */
interface Compared {
  pair: [number, number];
  without: EvidenceName[];
  comparison?: ReturnType<typeof compareDatasets>;
  raw: RawTest[];
  scores: number[];
  /** By the headline. */
  scoresOf?: Tested["scoresOf"];
  lookedAt?: AuditPair["lookedAt"];
}

/** The pairs with what has been tested so far; p-values are corrected. */
function finished(
  compared: readonly Compared[],
  { audit, images }: { audit: Audit; images: readonly AuditedImage[]; datasets: AuditedDataset[] },
): AuditPair[] {
  const [headline, ...others] = audit.evidence;
  const all = compared.flatMap(({ raw }) => raw);
  const [heads, rest] = [
    all.filter(({ evidence }) => evidence === headline),
    all.filter(({ evidence }) => evidence !== headline),
  ];
  const adjusted = new Map([
    ...corrected(heads, others.length > 0),
    ...corrected(rest, true),
  ]);
  return compared.map(({ pair, without, comparison, raw, scores, lookedAt }) => {
    const tests = raw.map((test) => ({ ...test, adjusted: adjusted.get(test)! }));
    const isApart = tests.some(isFound);
    return {
      datasets: pair,
      verdict: !comparison ? "too few to tell" : isApart ? "told apart" : "not told apart",
      tests,
      without,
      twins: twinsOf(pair, images),
      scores,
      ...(lookedAt && { lookedAt }),
    };
  });
}

/**
 * p-values corrected for all of these tests (Holm). Where there are other kinds of evidence than the
 * headline, half of the significance level is the headlines' and half the others': so a headline's verdict
 * stands before the others are looked at.
 */
function corrected(tests: readonly RawTest[], isHalf: boolean): (readonly [RawTest, number])[] {
  return holm(tests.map(({ p }) => p)).map((p, i) => [tests[i], Math.min(1, isHalf ? 2 * p : p)] as const);
}

function twinsOf(pair: [number, number], images: readonly AuditedImage[]): AuditPair["twins"] {
  const sides = pair.map((d) => images.filter(({ dataset }) => dataset === d));
  const both = sides.flat();
  const looks = sides.map((side) => side.map((image) => ({ ...image, photograph: true as const })));
  const across = duplicatePairs(looks).filter(({ images: [a, b] }) => both[a].dataset !== both[b].dataset);
  const first = across.slice(0, NAMED).map(({ images: [a, b], kind }) => {
    const names: [string, string] = [both[a].name, both[b].name];
    return { names, equal: kind === "equal" };
  });
  return { count: across.length, first };
}

/** Columns that a map is made of at most: more are slow, and say the same. */
const MAP_COLUMNS = 256;

/** The images' places on a map: the two principal components of the headline's vectors. */
async function mapOf(
  { images, vectors }: Reading,
  headline: EvidenceName,
): Promise<AuditResult["images"][number]["at"][]> {
  const kind = vectors.get(headline);
  if (!kind || images.length < 3) return images.map(() => [0, 0]);
  const step = Math.max(1, kind.columns / MAP_COLUMNS);
  const columns = Math.min(kind.columns, MAP_COLUMNS);
  const values = Float32Array.from(
    { length: images.length * columns },
    (_, i) => kind.values[Math.floor(i / columns) * kind.columns + Math.floor(i % columns * step)],
  );
  const features = featuresOf(values, Int32Array.from(images, ({ dataset }) => dataset));
  const axes = await principalComponents(features, Math.min(2, columns));
  const places = await projectFeatures(features, axes);
  const across = axes.variances.length;
  return images.map((_, i) =>
    [0, 1].map((c) => c < across ? Number(places[i * across + c].toFixed(3)) : 0) as [
      number,
      number,
    ]
  );
}
