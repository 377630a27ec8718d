import { availableParallelism } from "node:os";
import { besideModule } from "../disk/mod.ts";
import { fetchImages, STORAGE_DEFAULTS } from "../fetch/mod.ts";
import { median, ownProgram } from "./process.ts";
import { type Usage, withUsage } from "./usage.ts";
import { findPeer, IMG2DATASET } from "./peers.ts";

/** One program's rate of fetching photographs (1024 x 768 px, about 200 kB) from a server on this machine. */
export interface FetchRate {
  program: string;
  /** Images of a round, all of which were fetched. */
  images: number;
  /** Median of the rounds, from call to return. The programs take turns. */
  imagesPerSecond: number;
  /**
   * The same without the start of the program's processes; for img2dataset, by the clock of its
   * shards, without their end too.
   */
  working: number;
  /** All rounds, in order. */
  rounds: number[];
  /** `imagesPerSecond` and `working`, relative to img2dataset's; null where there is none. */
  ratio: number | null;
  workingRatio: number | null;
  /** Processor time of an image, ms: of the program with all its processes, and of the server. Medians. */
  cpuMilliseconds: number;
  serverMilliseconds: number;
  /** The most resident memory of the program's processes together, MB: median of the rounds. */
  megabytes: number;
  /** Downloads under way at the same time. */
  connections: number;
  cores: number;
}

const ROUNDS = 3;
/** Images of one round. */
const IMAGES = 1000;
const CONNECTIONS = 64;
/**
 * img2dataset gives each of its processes a shard at a time: with shards this small, all of
 * them have work to the end.
 */
const IMAGES_PER_SHARD = 125;

/** A program that fetches the addresses into a new folder. */
type Contestant = (urls: string[], folder: string) => Promise<Downloaded>;

/**
 * Images a second of the project and of img2dataset, in turns, with the same server, photographs and
 * settings: shorter side 500 px, JPEG quality 95, shards of one size, sha256. The loading of both programs is
 * left out. The start of their processes is counted in one figure and not in the other.
 *
 * @throws {Error} when a program does not fetch every image
 */
export async function benchFetch(): Promise<FetchRate[]> {
  const contestants: Record<string, Contestant> = { "name-that-dataset": ours, ...await img2dataset() };
  const root = await Deno.makeTempDir();
  const server = await startServer();
  try {
    const rounds: Record<string, Round[]> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const urls = Array.from({ length: IMAGES }, (_, i) => `${server.origin}/${round * IMAGES + i}.jpg`);
      for (const [program, fetchAll] of Object.entries(contestants)) {
        const fetched = await withUsage(() => fetchAll(urls, `${root}/${program}-${round}`), {
          others: [server.pid],
        });
        if (fetched.images !== IMAGES) {
          throw new Error(`${program} fetched ${fetched.images} of ${IMAGES} images.`);
        }
        (rounds[program] ??= []).push(fetched);
      }
    }
    return Object.entries(rounds).map(([program, own]) => rateOf(program, own, rounds.img2dataset));
  } finally {
    await server.close();
    await Deno.remove(root, { recursive: true });
  }
}

/** One round of a program; the server is the other process. */
type Round = Downloaded & Usage;

function rateOf(program: string, rounds: Round[], peers?: Round[]): FetchRate {
  const middle = (of: Round[], value: (round: Round) => number) => median(of.map(value));
  const whole = ({ seconds }: Round) => IMAGES / seconds;
  const work = ({ working }: Round) => IMAGES / working;
  return {
    program,
    images: IMAGES,
    imagesPerSecond: middle(rounds, whole),
    working: middle(rounds, work),
    rounds: rounds.map((round) => Math.round(whole(round))),
    ratio: peers ? middle(rounds, whole) / middle(peers, whole) : null,
    workingRatio: peers ? middle(rounds, work) / middle(peers, work) : null,
    cpuMilliseconds: middle(rounds, ({ cpuMilliseconds }) => cpuMilliseconds / IMAGES),
    serverMilliseconds: middle(rounds, ({ othersMilliseconds }) => othersMilliseconds / IMAGES),
    megabytes: middle(rounds, ({ megabytes }) => Math.round(megabytes)),
    connections: CONNECTIONS,
    cores: availableParallelism(),
  };
}

async function ours(urls: string[], folder: string): Promise<Downloaded> {
  const began = performance.now();
  let start = 0;
  const { images } = await fetchImages(() => urls.map((url) => ({ key: url, url })), {
    folder,
    images: urls.length,
    storage: { imagesPerShard: IMAGES_PER_SHARD },
    network: { allowPrivateAddresses: true, concurrency: CONNECTIONS, perHost: CONNECTIONS },
    onProgress: (progress) => start ||= progress.images > 0 ? elapsed(began) : 0,
  });
  return { images, seconds: elapsed(began), working: elapsed(began) - start };
}

/** Seconds since a moment. */
const elapsed = (began: number) => (performance.now() - began) / 1000;

/** The peer; empty, with a line on standard error, where it cannot be installed. */
async function img2dataset(): Promise<Record<string, Contestant>> {
  const python = await findPeer(IMG2DATASET);
  if (!python) return {};
  const { shorterSide, quality } = STORAGE_DEFAULTS;
  return {
    img2dataset: async (urls, folder) => {
      const list = `${folder}.txt`;
      await Deno.writeTextFile(list, urls.join("\n"));
      const processes = availableParallelism();
      const settings = {
        list,
        folder,
        connections: CONNECTIONS,
        processes,
        shorterSide,
        quality,
        imagesPerShard: IMAGES_PER_SHARD,
      };
      return await runImg2dataset(python, settings);
    },
  };
}

async function startServer(): Promise<{ origin: string; pid: number; close(): Promise<void> }> {
  const [program, ...args] = ownProgram(besideModule(import.meta.url, "./photo_server.ts"));
  const process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  const { value } = await process.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  if (!value) throw new Error("The server of photographs did not start; its message is above.");
  return {
    origin: `http://127.0.0.1:${value.trim()}`,
    pid: process.pid,
    async close() {
      await process.stdin.close();
      await process.status;
    },
  };
}

/** The outcome of one download. */
interface Downloaded {
  images: number;
  /** From call to return. */
  seconds: number;
  /**
   * Seconds from the beginning of work on the first images to the end of work on the last,
   * without the start of processes.
   */
  working: number;
}

/**
 * Downloads the addresses of a file (one a line) into a folder that must not exist. The images are stored as
 * `fetchImages` stores them: shorter side at most `shorterSide`, JPEG, WebDataset shards, sha256.
 *
 * @throws {Error} when img2dataset fails
 */
async function runImg2dataset(
  python: string,
  { list, folder, connections, processes, shorterSide, quality, imagesPerShard }: {
    list: string;
    folder: string;
    /** Connections at the same time, of all processes together. */
    connections: number;
    processes: number;
    shorterSide: number;
    quality: number;
    imagesPerShard: number;
  },
): Promise<Downloaded> {
  const options = {
    url_list: list,
    output_folder: folder,
    output_format: "webdataset",
    resize_mode: "keep_ratio", // makes the shorter side `image_size`
    image_size: shorterSide,
    resize_only_if_bigger: true,
    encode_quality: quality,
    compute_hash: "sha256",
    number_sample_per_shard: imagesPerShard,
    processes_count: processes,
    thread_count: Math.ceil(connections / processes),
  };
  const script = besideModule(import.meta.url, "./img2dataset_download.py");
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [script, JSON.stringify(options)],
    env: { NO_ALBUMENTATIONS_UPDATE: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`img2dataset failed: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!);
}
