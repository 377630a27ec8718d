import { join } from "node:path";
import { indicesByKey, openPools, type Pool, sampleExperiment } from "../data/mod.ts";
import type { PlayedGame } from "../chapters/user_study/records.ts";
import { permutation, STREAMS } from "../stats/mod.ts";
import { type Prediction, RunFolder, type RunRecord, runsFolder, sizesOf } from "../experiments/mod.ts";
import { argmax } from "../train/mod.ts";
import { cropResize, encodePng, type PackedImage } from "../images/mod.ts";
import { beginGame, keepAnswer, type KeptGame, OutOfTurnError, readGames } from "./kept.ts";

/** Answers are keys 1 to 9. */
const MOST_DATASETS = 9;

/** Settings of a game. */
export interface GameOptions {
  /** Images of a game. Default 100, as in the paper. */
  images?: number;
  /** Orders the images. Default 0. */
  seed?: number;
  /** Folder of the records. Default: `NTD_RUNS`, else `runs/`. */
  runs?: string;
}

/**
 * A network to play against, with its images: the validation images of its run, and its training images as
 * examples.
 */
export interface Game {
  readonly record: RunRecord;
  readonly images: number;
  readonly seed: number;
  /** Where games against this network are kept: `<runs>/play/<hash of the run>`. */
  readonly folder: string;
  /** The network's prediction for each validation image. */
  readonly predictions: readonly Prediction[];
  /** One a dataset, in the order of `record.experiment.datasets`. */
  readonly pools: readonly Pool[];
  /** Pool indices of the images in `predictions` by their keys, one map a dataset. */
  readonly indices: readonly ReadonlyMap<string, number>[];
  /** Pool indices of the training images, one array a dataset. */
  readonly examples: readonly Int32Array[];
  [Symbol.dispose](): void;
}

/**
 * Opens a game against the network of a finished run. Nothing is written.
 *
 * @throws {RangeError} for a number of images or a seed that cannot be, or more datasets than there are
 *   number keys
 * @throws {Error} when the run's folder has lost its predictions
 */
export async function openGame(record: RunRecord, options: GameOptions = {}): Promise<Game> {
  const { images = 100, seed = 0, runs = runsFolder() } = options;
  const { datasets } = record.experiment;
  checkGame(images, seed, datasets.length);
  const predictions = await new RunFolder(record.hash, runs).predictions();
  if (predictions.length < images) throw tooFewImages(record, images, predictions.length, runs);
  using opened = new DisposableStack();
  const pools = opened.use(await openPools(datasets));
  const { train: examples } = sampleExperiment(pools, sizesOf(record.experiment));
  const keys = predictions.map(({ key }) => key);
  const indices = pools.map((pool) => indicesByKey(pool.images, keys));
  const folder = join(runs, "play", record.hash);
  opened.move(); // they are the game's now
  const dispose = () => pools[Symbol.dispose]();
  return { record, images, seed, folder, predictions, pools, indices, examples, [Symbol.dispose]: dispose };
}

function checkGame(images: number, seed: number, datasets: number): void {
  if (!Number.isInteger(images) || images < 1) {
    throw new RangeError(`images is ${images}; a game has 1 image or more, a whole number.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed is ${seed}; give 0, 1, 2, …`);
  if (datasets > MOST_DATASETS) {
    throw new RangeError(`${datasets} datasets; a game has ${MOST_DATASETS} at most, one a number key.`);
  }
}

function tooFewImages({ hash }: RunRecord, images: number, there: number, runs: string): Error {
  if (there > 0) {
    return new RangeError(
      `images is ${images}; the network was evaluated on ${there} validation images: ask for that many or fewer.`,
    );
  }
  return new Error(
    `${join(runs, hash)} has kept no predictions. Remove the folder and run its experiment again.`,
  );
}

/** The games that are kept of this network, oldest first. */
export function keptGames({ folder }: Game): KeptGame[] {
  return readGames(folder);
}

/** The game to go on with: the last one, where it was begun with the same number of images. */
export function currentGame(game: Game, kept = keptGames(game)): KeptGame | undefined {
  const last = kept.at(-1);
  return last?.beginning.wanted === game.images ? last : undefined;
}

/**
 * The validation images of the next game: none that was answered in an earlier one, since the player may
 * remember it.
 */
export function nextImages(game: Game, kept = keptGames(game)): Prediction[] {
  const { datasets } = game.record.experiment;
  const name = (dataset: string, key: string) => `${dataset}/${key}`;
  const asked = new Set(kept.flatMap(({ answers }) => answers.map(({ dataset, key }) => name(dataset, key))));
  return Array.from(permutation(game.predictions.length, STREAMS.game, game.seed), (i) => game.predictions[i])
    .filter(({ label, key }) => !asked.has(name(datasets[label], key))).slice(0, game.images);
}

/**
 * Begins a game; earlier ones stay as they are.
 *
 * @throws {OutOfTurnError} when every validation image has been answered
 */
export function begin(game: Game, feedback: boolean): KeptGame {
  const { datasets } = game.record.experiment;
  const images = nextImages(game).map(({ label, key }) => ({ dataset: datasets[label], key }));
  if (images.length === 0) {
    throw new OutOfTurnError(
      `All ${game.predictions.length} validation images have been answered; to play on, move ${game.folder} away.`,
    );
  }
  const { hash: run } = game.record;
  const { images: wanted, seed } = game;
  const begun = new Date().toISOString();
  return beginGame(game.folder, { run, datasets, wanted, seed, feedback, begun, images });
}

/**
 * Keeps the answer to image `image` (from 0) of a game.
 *
 * @param said index of the dataset that the player named
 * @throws {OutOfTurnError} when it is another image's turn
 */
export function answer(game: Game, kept: KeptGame, image: number, said: number, seconds: number): KeptGame {
  const { datasets } = game.record.experiment;
  const asked = kept.beginning.images[image];
  if (!asked) throw new OutOfTurnError(`The game has no image ${image + 1}.`);
  const network = argmax(predictionOf(game, asked).probabilities);
  return keepAnswer(kept, {
    image,
    key: asked.key,
    dataset: asked.dataset,
    said: datasets[said],
    network: datasets[network],
    seconds,
    answered: new Date().toISOString(),
  });
}

/** The network's prediction for an image. */
function predictionOf(
  { record, predictions, folder }: Game,
  { dataset, key }: { dataset: string; key: string },
): Prediction {
  const label = record.experiment.datasets.indexOf(dataset);
  const found = predictions.find((prediction) => prediction.label === label && prediction.key === key);
  if (found) return found;
  throw new Error(
    `${folder} keeps a game about "${key}" of ${dataset}, which the network was not asked about.`,
  );
}

/** A kept game as figures and claims take it. */
export function playedGame(game: Game, { beginning, answers }: KeptGame): PlayedGame {
  const { datasets, images } = beginning;
  return {
    datasets,
    answers: answers.map(({ dataset, said, network }) => ({
      truth: datasets.indexOf(dataset),
      said: datasets.indexOf(said),
      network: datasets.indexOf(network),
    })),
    network: networkOn(images.map((image) => predictionOf(game, image))),
  };
}

function networkOn(predictions: readonly Prediction[]): PlayedGame["network"] {
  const right = predictions.filter(({ label, probabilities }) => argmax(probabilities) === label);
  return { correct: right.length, n: predictions.length };
}

/**
 * The games that were played against the network of a run, unfinished ones included. Where there is none: the
 * game that would come next, without an answer.
 *
 * @throws as {@link openGame} does
 */
export async function playedGames(record: RunRecord, options: GameOptions = {}): Promise<PlayedGame[]> {
  using game = await openGame(record, options);
  const played = keptGames(game).filter(({ answers }) => answers.length > 0);
  if (played.length > 0) return played.map((kept) => playedGame(game, kept));
  const { datasets } = record.experiment;
  return [{ datasets, answers: [], network: networkOn(nextImages(game, [])) }];
}

/** Training image `example` (from 0) of a dataset, named by its index; undefined where there is none. */
export async function examplePng(
  game: Game,
  dataset: number,
  example: number,
): Promise<Uint8Array | undefined> {
  const index = game.examples.at(dataset)?.at(example);
  return index === undefined ? undefined : await encodePng(alike(game, game.pools[dataset], index));
}

/** Validation image `prediction` as a gallery takes it. */
export function packedImage(game: Game, { label, key }: { label: number; key: string }): PackedImage {
  return alike(game, game.pools[label], game.indices[label].get(key)!);
}

function alike({ pools }: Game, pool: Pool, index: number): PackedImage {
  const side = Math.min(...pools.map((pool) => pool.side));
  const channels = Math.max(...pools.map((pool) => pool.channels));
  const own = { pixels: pool.read(index), width: pool.side, height: pool.side, channels: pool.channels };
  const grown = own.channels === channels ? own : inColour(own);
  if (grown.width === side) return grown;
  const pixels = new Uint8Array(side * side * channels);
  cropResize(grown, { left: 0, top: 0, width: pool.side, height: pool.side }, side, pixels, "bicubic");
  return { pixels, width: side, height: side, channels };
}

function inColour({ pixels, width, height }: PackedImage): PackedImage {
  const colour = new Uint8Array(3 * pixels.length);
  pixels.forEach((value, i) => colour.fill(value, 3 * i, 3 * i + 3));
  return { pixels: colour, width, height, channels: 3 };
}
