/** The audit's two-sample test beside alibi-detect's ClassifierDrift, on the same images. */
import { join } from "node:path";
import { datasetsOf, sampleOriginals, withOwn } from "../data/mod.ts";
import { besideModule } from "../disk/mod.ts";
import { type EvidenceName, evidenceOf, type EvidenceReader, sightingOf } from "../evidence/mod.ts";
import { audit, compareDatasets, testEvidence } from "../experiments/mod.ts";
import { centreSquare, decode, inOrder } from "../images/mod.ts";
import { formatProportion, permutation, STREAMS, wilson } from "../stats/mod.ts";
import { startEngine } from "../tensorflow/mod.ts";
import { ALIBI_DETECT, findPeer } from "./peers.ts";
import { type Answering, median, startAnswering } from "./process.ts";

/** How often a test finds something among so many images, and how long it takes. */
export interface PowerRate {
  test: string;
  /** Images of each side. */
  images: number;
  /** Share of draws of two datasets with p of 0.05 or less, with its 95% interval, percent. */
  power: string;
  /** The same of two draws of one dataset. */
  false_alarms: string;
  /** Median of a draw, from pixels to the p-value. */
  seconds: number;
}

/** In how many of its draws, of all numbers of images, each test tells one pair apart: `17 of 18`. */
export interface PairRate {
  pair: string;
  [test: string]: string;
}

/** Images of each side. */
const SIZES = [20, 50, 100];

/** Draws of every two datasets with each number of images; of datasets alone there are as many. */
const DRAWS_A_PAIR = 4;

/** Side of the images, px: what alibi-detect's example takes. */
const SIDE = 32;

/** Images of a dataset that are drawn from, at most. */
const MOST_IMAGES = 1000;

const LEVEL = 0.05;

const OURS = "deno task audit, all pixels";

/**
 * What alibi-detect is given: both forms of its example for images of 32 px, which train once through the
 * images. Of some dozens that is a step or two a fold, and ten times through are more; they take seconds, so
 * that the last recipe gets the first draw of each pair alone.
 */
const RECIPES = {
  "alibi-detect, its example": { train_size: 0.75, epochs: 1 },
  "alibi-detect, its 5 folds": { train_size: null, n_folds: 5, epochs: 1 },
  "alibi-detect, 5 folds, 10 epochs": { train_size: null, n_folds: 5, epochs: 10 },
};
const [SLOW] = Object.keys(RECIPES).slice(-1);

const EVIDENCE: EvidenceName = "all-pixels";

/** What is drawn from where nothing is named. */
const USUAL = "icons";

/**
 * The datasets that are drawn from.
 *
 * @param datasets names, folders or files with commas; default: six icon libraries
 * @throws {Error} for what there is not
 */
export async function auditedDatasets(datasets = USUAL): Promise<string[]> {
  return datasetsOf(await withOwn(datasets));
}

/**
 * Draws equally many images of every two of some datasets, and twice of one, again and again. Each test gets
 * the same squares of 32 px and says its p-value.
 *
 * @param datasets see {@link auditedDatasets}
 * @throws {Error} where a dataset has fewer than 200 images that can be read
 */
export async function benchAudit(datasets?: string): Promise<(PowerRate | PairRate)[]> {
  const began = performance.now();
  const python = await findPeer(ALIBI_DETECT);
  await startEngine();
  const names = await auditedDatasets(datasets);
  const folder = await Deno.makeTempDir();
  const squares = await squaresOf(names);
  let peer: Answering | undefined;
  try {
    const file = join(folder, "squares");
    await Deno.writeFile(file, squares.pixels);
    if (python) {
      peer = startAnswering(
        [python, besideModule(import.meta.url, "./alibi_detect_drift.py")],
        "alibi-detect",
      );
    }
    await peer?.ask(JSON.stringify({ file, side: SIDE, recipes: RECIPES }));
    using reader = await evidenceOf(EVIDENCE).prepare([], 0);
    const drawn = await drawAll(squares.places, ourTest(squares.pixels, reader), peer);
    console.error(`${drawn.length} draws, ${((performance.now() - began) / 1000).toFixed(0)} s in all`);
    return [...powerRates(drawn), ...pairRates(drawn, names)];
  } finally {
    await peer?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Images of some datasets, [images, SIDE, SIDE, 3], and the places of each dataset's. */
interface Squares {
  pixels: Uint8Array;
  places: Uint32Array[];
}

const BYTES = SIDE * SIDE * 3;

/** One image of each group of near-duplicates that the manifest names, as a square. */
async function squaresOf(names: readonly string[]): Promise<Squares> {
  const found: Uint8Array[] = [], places: Uint32Array[] = [];
  for (const name of names) {
    const { images } = await sampleOriginals(name, { most: MOST_IMAGES, seed: 0 });
    const groups = new Set<string>();
    const begin = found.length;
    const squares = inOrder(images(), async ({ group, file }) => {
      const image = await decode(await file(), 3).catch(() => undefined);
      if (!image || groups.has(group)) return undefined;
      groups.add(group);
      const square = new Uint8Array(BYTES);
      centreSquare(image, SIDE, square);
      return square;
    });
    for await (const square of squares) if (square) found.push(square);
    places.push(Uint32Array.from({ length: found.length - begin }, (_, i) => begin + i));
    const least = 2 * SIZES.at(-1)!;
    if (places.at(-1)!.length < least) {
      throw new Error(`${name} has fewer than ${least} images; name another dataset.`);
    }
  }
  const pixels = new Uint8Array(found.length * BYTES);
  found.forEach((square, i) => pixels.set(square, i * BYTES));
  return { pixels, places };
}

/** One draw: places among the squares, and the number that decides all that is random. */
interface Draw {
  first: Uint32Array;
  second: Uint32Array;
  seed: number;
}

/** What a test said of a draw. */
interface Outcome {
  p: number;
  seconds: number;
}

/** A test of two samples. */
type OurTest = (draw: Draw) => Promise<Outcome>;

/** The test of `deno task audit` by all pixels; each image is a group of its own. */
function ourTest(pixels: Uint8Array, reader: EvidenceReader): OurTest {
  const asked = audit({ preset: "laptop", datasets: ["first", "second"], evidence: [EVIDENCE] });
  return async ({ first, second, seed }) => {
    const began = performance.now();
    const images = [first, second].flatMap((side, dataset) =>
      Array.from(side, (place) => ({ dataset, pixels: pixels.subarray(place * BYTES, (place + 1) * BYTES) }))
    );
    const sightings = images.map(({ pixels }) =>
      sightingOf({ pixels, width: SIDE, height: SIDE, channels: 3 })
    );
    const { columns } = reader;
    const vectors = new Map([[EVIDENCE, { values: await reader.vectorsOf(sightings), columns }]]);
    const settings = { ...asked, seed };
    const comparison = compareDatasets([0, 1], { images, groups: Int32Array.from(images.keys()) }, settings);
    const { test: { p } } = await testEvidence(EVIDENCE, comparison, { vectors }, settings);
    return { p, seconds: (performance.now() - began) / 1000 };
  };
}

/** What the tests said of one draw. */
export interface Drawn {
  /** Places of the datasets; one dataset twice where there is nothing to find. */
  pair: [number, number];
  images: number;
  outcomes: Record<string, Outcome>;
}

/** Draws all pairs, and each dataset alone, with as many images as {@link SIZES} say. */
async function drawAll(places: readonly Uint32Array[], ours: OurTest, peer?: Answering): Promise<Drawn[]> {
  const drawn: Drawn[] = [];
  const numbers = [...places.keys()];
  const pairs = numbers.flatMap((a) => numbers.slice(a + 1).map((b): [number, number] => [a, b]));
  const alone = Math.ceil(DRAWS_A_PAIR * pairs.length / numbers.length);
  const plan = SIZES.flatMap((images) => {
    const repeated = (pair: [number, number], count: number) =>
      Array.from({ length: count }, (_, i) => ({ pair, images, isFirst: i % DRAWS_A_PAIR === 0 }));
    return [
      ...pairs.flatMap((pair) => repeated(pair, DRAWS_A_PAIR)),
      ...numbers.flatMap((a) => repeated([a, a], alone)),
    ];
  });
  for (const [seed, { pair, images, isFirst }] of plan.entries()) {
    const draw = { ...drawnOf(pair.map((d) => places[d]), images, seed), seed };
    if (seed === 0) await ours(draw); // the first loads what the others share
    const outcomes: Drawn["outcomes"] = { [OURS]: await ours(draw) };
    if (peer) {
      const recipes = Object.keys(RECIPES).filter((name) => name !== SLOW || isFirst);
      const asked = JSON.stringify({
        ...draw,
        first: [...draw.first],
        second: [...draw.second],
        recipes,
      });
      if (seed === 0) await peer.ask(asked);
      Object.assign(outcomes, await peer.ask(asked));
    }
    drawn.push({ pair, images, outcomes });
    if (plan[seed + 1]?.images !== images) { // the last with so many: what is known is told at once
      console.error(JSON.stringify(powerRates(drawn.filter((one) => one.images === images)), null, 1));
    }
  }
  return drawn;
}

/** So many images of each side; where both are of one dataset no image is in both. */
function drawnOf([a, b]: Uint32Array[], images: number, seed: number): Pick<Draw, "first" | "second"> {
  const order = (of: Uint32Array, side: number) =>
    permutation(of.length, STREAMS.drawnImages, seed, side).map((at) => of[at]);
  const first = order(a, 0);
  return {
    first: first.slice(0, images),
    second: a === b ? first.slice(images, 2 * images) : order(b, 1).slice(0, images),
  };
}

const isFound = ({ p }: Outcome) => p <= LEVEL;

/** A row for each test and number of images. */
export function powerRates(drawn: readonly Drawn[]): PowerRate[] {
  return SIZES.filter((size) => drawn.some(({ images }) => images === size)).flatMap((images) => {
    const some = drawn.filter((one) => one.images === images);
    const isNull = ({ pair: [a, b] }: Drawn) => a === b;
    return Object.keys(some[0].outcomes).map((test): PowerRate => {
      const of = some.filter(({ outcomes }) => test in outcomes);
      const found = (where: (one: Drawn) => boolean) => {
        const those = of.filter(where).map(({ outcomes }) => outcomes[test]);
        return formatProportion(wilson(those.filter(isFound).length, those.length));
      };
      return {
        test,
        images,
        power: found((one) => !isNull(one)),
        false_alarms: found(isNull),
        seconds: median(of.map(({ outcomes }) => outcomes[test].seconds)),
      };
    });
  });
}

/** A row for each pair. */
function pairRates(drawn: readonly Drawn[], names: readonly string[]): PairRate[] {
  const byPair = Map.groupBy(drawn.filter(({ pair: [a, b] }) => a !== b), ({ pair }) => pair.join());
  return [...byPair.values()].map((some) => {
    const found = Object.keys(some[0].outcomes).map((test) => {
      const of = some.flatMap(({ outcomes }) => outcomes[test] ?? []);
      return [test, `${of.filter(isFound).length} of ${of.length}`];
    });
    const pair = some[0].pair.map((d) => names[d].replace(/~.*/, "")).join(" + ");
    return { pair, ...Object.fromEntries(found) };
  });
}
