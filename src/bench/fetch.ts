import { besideModule } from "../disk/mod.ts";
import { availableParallelism } from "node:os";
import { fetchImages, STORAGE_DEFAULTS } from "../fetch/mod.ts";
import { type Downloaded, findImg2dataset, runImg2dataset } from "./img2dataset.ts";
import { median } from "./median.ts";

/** One program's rate of fetching photographs (1024 x 768 px, about 200 kB) from a server on this machine. */
export interface FetchRate {
  program: string;
  /** Images of a round; every one was had. */
  images: number;
  /** Median of the rounds, which the programs take in turns, from call to return. */
  imagesPerSecond: number;
  /** The same without the start of its processes, and for img2dataset without their end: by the clock of its shards. */
  working: number;
  /** All rounds, in order. */
  rounds: number[];
  /** Downloads under way at the same time. */
  connections: number;
  cores: number;
}

const ROUNDS = 3;
/** Images of one round. */
const IMAGES = 1000;
const CONNECTIONS = 64;
/** Small enough that img2dataset, which gives each of its processes a shard at a time, has work for all of them to the end. */
const IMAGES_PER_SHARD = 125;

/** A program that fetches the addresses into a new folder. */
type Contestant = (urls: string[], folder: string) => Promise<Downloaded>;

/**
 * Images a second, ours and img2dataset's: the same server, photographs and settings (shorter side 500 px, JPEG quality 95, shards of
 * one size, sha256), in turns. The loading of both programs is left out; what the start of their processes takes is told apart.
 */
export async function benchFetch(): Promise<FetchRate[]> {
  const contestants: Record<string, Contestant> = { "name-that-dataset": ours, ...await img2dataset() };
  const root = await Deno.makeTempDir();
  const server = await startServer();
  try {
    const [rounds, worked]: Record<string, number[]>[] = [{}, {}];
    for (let round = 0; round < ROUNDS; round++) {
      const urls = Array.from({ length: IMAGES }, (_, i) => `${server.origin}/${round * IMAGES + i}.jpg`);
      for (const [program, fetchAll] of Object.entries(contestants)) {
        const { images, seconds, working } = await fetchAll(urls, `${root}/${program}-${round}`);
        if (images !== IMAGES) throw new Error(`${program} had ${images} of ${IMAGES} images`);
        (rounds[program] ??= []).push(images / seconds);
        (worked[program] ??= []).push(images / working);
      }
    }
    return Object.entries(rounds).map(([program, rates]) => ({
      program,
      images: IMAGES,
      imagesPerSecond: median(rates),
      working: median(worked[program]),
      rounds: rates.map((rate) => Math.round(rate)),
      connections: CONNECTIONS,
      cores: availableParallelism(),
    }));
  } finally {
    await server.close();
    await Deno.remove(root, { recursive: true });
  }
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

/** The peer, unless it cannot be installed here, which is said. */
async function img2dataset(): Promise<Record<string, Contestant>> {
  let python: string;
  try {
    python = await findImg2dataset();
  } catch (error) {
    console.error(`Without img2dataset: ${(error as Error).message}`);
    return {};
  }
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

async function startServer(): Promise<{ origin: string; close(): Promise<void> }> {
  const program = besideModule(import.meta.url, "./photo_server.ts");
  const args = ["run", "-A", "--no-check", "--quiet", program];
  const process = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn();
  const { value } = await process.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  if (!value) throw new Error("the server of photographs did not start; its message is above");
  return {
    origin: `http://127.0.0.1:${value.trim()}`,
    async close() {
      await process.stdin.close();
      await process.status;
    },
  };
}
