/**
 * `deno task bench photos`: photographs on disk to augmented batches, beside PyTorch's DataLoader with timm.
 */
import { pathToFileURL } from "node:url";
import { pack } from "tar-stream";
import { STORED_QUALITY } from "../images/mod.ts";
import { openPool } from "../data/mod.ts";
import { besideModule } from "../disk/mod.ts";
import { type Answering, median, ownProgram, startAnswering } from "./process.ts";
import { photograph, writeManifest } from "./made_datasets.ts";
import { startTimm } from "./timm.ts";

/** The figures of one pipeline, from photographs on disk to augmented batches at 224 px. */
export interface PhotoRate {
  pipeline: "JPEG pool" | "JPEG shard in place" | "pool of pixels" | "PyTorch DataLoader";
  version: string;
  /** Number of photographs that are read from the shard, and were not copied into a pool. */
  inPlace: number;
  /** Mean size of a stored image, kB. */
  storedKilobytes: number;
  imageSize: number;
  /** Threads or processes that make batches. */
  workers: number;
  /** Median of the rounds, which the pipelines take in turns. */
  imagesPerSecond: number;
  rounds: number[];
  /** The rate divided by PyTorch's; null where there is no timm. */
  ratioToPytorch: number | null;
  /**
   * Processor time of an image, ms, all threads and processes together: median of the rounds. Other work on
   * the machine hardly changes it.
   */
  cpuMilliseconds: number;
  /** Peak of the resident memory of each of its processes, MB. */
  megabytes: number[];
}

/** The first line that a contestant reads. */
export interface PhotosConfig {
  /** For the project: name of the dataset, URL of the folder of its manifest, and folder of the pools. */
  dataset: string;
  manifests: string;
  root: string;
  /** For PyTorch: folder of the JPEG files. */
  folder: string;
  /** Side of the results, px. */
  image: number;
  batch: number;
  workers: number;
  /** Seconds of one round. */
  seconds: number;
  /** Number of batches before a round that are not timed, since they may have been made ahead. */
  discarded: number;
}

/** The answer of a contestant after a round. */
export interface PhotosRound {
  images_per_second: number;
  /** Processor time of one image, ms. */
  cpu_milliseconds: number;
}

const ROUNDS = 5, SECONDS = 4, WORKERS = 2, BATCH = 32, IMAGE = 224;
const DISCARDED = 6;
/** Number of photographs: the first of the dataset that is named, or made-up ones of 500 x 375 px. */
const PHOTOGRAPHS = 300;
const MADE = { width: 500, height: 375, grain: 4 };

/**
 * Images a second at 224 px with the paper's augmentation: from a pool of JPEG files, from the same files in
 * a WebDataset shard, from a pool of pixels at 256 px, and by PyTorch's DataLoader with timm's transforms
 * from the same files in a folder. Each has two workers.
 *
 * @param dataset name of one whose photographs are stored as JPEG; default: made-up photographs
 */
export async function benchPhotos(dataset?: string): Promise<PhotoRate[]> {
  const root = await Deno.makeTempDir();
  try {
    const folder = `${root}/images`;
    await Deno.mkdir(folder);
    await (dataset ? copyPhotographs(dataset, folder) : makePhotographs(folder, PHOTOGRAPHS));
    await writeShard(folder, `${root}/images.tar`);
    const source = { type: "folder", path: "images" };
    const shard = { type: "webdataset", shards: "images.tar" };
    const images = [...Deno.readDirSync(folder)].length;
    writeManifest(root, { name: "encoded", source, render: { shorter: 500 }, images });
    writeManifest(root, { name: "in-place", source: shard, render: { shorter: 500 }, images });
    writeManifest(root, { name: "pixels", source, render: { side: 256 }, images });
    return await measure(root, folder);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Writes so many photographs of 500 x 375 px into a folder, as JPEG files of 84 kB. */
export async function makePhotographs(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const image = await photograph(i, MADE);
    await image.jpeg({ quality: STORED_QUALITY, optimiseCoding: false }).toFile(`${folder}/${i}.jpg`);
  }
}

/**
 * Copies JPEG files out of a pool.
 *
 * @throws {Error} when the dataset is stored as pixels
 */
async function copyPhotographs(dataset: string, folder: string): Promise<void> {
  using pool = await openPool(dataset);
  if (!pool.encoded) {
    throw new Error(
      `${dataset} is stored as squares of pixels; name a dataset with render.shorter in its manifest.`,
    );
  }
  for (let i = 0; i < Math.min(PHOTOGRAPHS, pool.images.length); i++) {
    await Deno.writeFile(`${folder}/${i}.jpg`, pool.encoded(i).file());
  }
}

async function writeShard(folder: string, path: string): Promise<void> {
  const archive = pack();
  for (const { name } of Deno.readDirSync(folder)) {
    archive.entry({ name }, await Deno.readFile(`${folder}/${name}`));
  }
  archive.finalize();
  await Deno.writeFile(path, ReadableStream.from(archive as AsyncIterable<Uint8Array>));
}

interface Contestant extends Pick<PhotoRate, "pipeline" | "version" | "inPlace" | "storedKilobytes"> {
  process: Answering;
  rounds: PhotosRound[];
}

async function measure(root: string, folder: string): Promise<PhotoRate[]> {
  const contestants = await startAll(root, folder);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const { process, rounds } of contestants) {
        rounds.push(await process.ask("round"));
      }
    }
    const pytorch = contestants.find(({ pipeline }) => pipeline === "PyTorch DataLoader");
    const rates: PhotoRate[] = [];
    for (const { process, rounds, ...told } of contestants) {
      const imagesPerSecond = rateOf(rounds);
      rates.push({
        ...told,
        imageSize: IMAGE,
        workers: WORKERS,
        imagesPerSecond,
        rounds: rounds.map(({ images_per_second }) => Math.round(images_per_second)),
        ratioToPytorch: pytorch ? imagesPerSecond / rateOf(pytorch.rounds) : null,
        cpuMilliseconds: median(rounds.map(({ cpu_milliseconds }) => cpu_milliseconds)),
        megabytes: (await process.ask("memory")).megabytes,
      });
    }
    return rates;
  } finally {
    for (const { process } of contestants) await process.close();
  }
}

function rateOf(rounds: readonly PhotosRound[]): number {
  return median(rounds.map(({ images_per_second }) => images_per_second));
}

async function startAll(root: string, folder: string): Promise<Contestant[]> {
  const ours = ownProgram(besideModule(import.meta.url, "./photos_ours.ts"));
  const startOurs = () => startAnswering(ours, "our pipeline");
  const files = [...Deno.readDirSync(folder)].map(({ name }) => Deno.statSync(`${folder}/${name}`).size);
  const jpeg = Math.round(files.reduce((sum, size) => sum + size) / files.length / 1000);
  const timm = await startTimm("./photos_timm.py");
  const starts: [PhotoRate["pipeline"], string, Answering | undefined, number][] = [
    ["JPEG pool", "encoded", startOurs(), jpeg],
    ["JPEG shard in place", "in-place", startOurs(), jpeg],
    ["pool of pixels", "pixels", startOurs(), Math.round(256 ** 2 * 3 / 1000)],
    ["PyTorch DataLoader", "", timm, jpeg],
  ];
  const manifests = pathToFileURL(`${root}/`).href;
  const settings = {
    manifests,
    root,
    folder,
    image: IMAGE,
    batch: BATCH,
    workers: WORKERS,
    seconds: SECONDS,
    discarded: DISCARDED,
  };
  const contestants: Contestant[] = [];
  for (const [pipeline, dataset, process, storedKilobytes] of starts) {
    if (!process) continue;
    const config: PhotosConfig = { dataset, ...settings };
    const { version, in_place: inPlace = 0 } = await process.ask(JSON.stringify(config));
    contestants.push({ pipeline, version, inPlace, storedKilobytes, process, rounds: [] });
  }
  return contestants;
}
