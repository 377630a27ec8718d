/** Made-up images and datasets for the benchmarks. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import sharp, { type Sharp } from "sharp";
import { type Pack, pack } from "tar-stream";
import { random } from "../stats/mod.ts";

/** A made-up photograph: coarse patches with fine grain, as much work for JPEG as a real one. */
interface MadePhotograph {
  width: number;
  height: number;
  /** Bits of the grain, 0 to 8. */
  grain: number;
}

/** A different photograph for every number, to be encoded. */
export async function photograph(number: number, { width, height, grain }: MadePhotograph): Promise<Sharp> {
  let state = number + 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24;
  const patches = Uint8Array.from({ length: 32 * 24 * 3 }, next);
  const smooth = await sharp(patches, { raw: { width: 32, height: 24, channels: 3 } })
    .resize(width, height).raw().toBuffer();
  const middle = 1 << (grain - 1);
  const pixels = smooth.map((value) => Math.max(0, Math.min(255, value + (next() >> (8 - grain)) - middle)));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** A dataset that a benchmark makes up. */
interface MadeDataset {
  name: string;
  /** The field of the manifest. */
  source: object;
  render: { side: number } | { shorter: number };
  images: number;
}

/** Writes the manifest of a dataset of RGB images into a folder. */
export function writeManifest(folder: string, { name, source, render, images }: MadeDataset): void {
  const manifest = {
    name,
    symbol: "B",
    title: "Images of a benchmark",
    collection: "benchmark",
    place: 1,
    curator: "nobody",
    licence: { spdx: "CC0-1.0", attribution: "nobody" },
    homepage: "https://arxiv.org/abs/2403.08632",
    source,
    render: { ...render, channels: 3, background: "#ffffff" },
    grouping: "none",
    images,
    checked: "2026-11-25",
  };
  Deno.writeTextFileSync(`${folder}/${name}.json`, JSON.stringify(manifest));
}

/** Side of a tiny image, px, and number of coarse patches on a side. */
const SIDE = 64, PATCHES = 8;

const IMAGES_PER_SHARD = 1000;

/** Number of images that are encoded at the same time. */
const AT_ONCE = 32;

/** Name of the dataset that {@link writeTinyShards} makes. */
export const TINY = "tiny";

/**
 * Writes a dataset of tiny JPEG files in WebDataset shards, with its manifest, into a folder. Memory holds
 * only the images that are being encoded.
 *
 * @param images a multiple of a thousand
 */
export async function writeTinyShards(folder: string, images: number): Promise<void> {
  const shards = images / IMAGES_PER_SHARD;
  for (let shard = 0; shard < shards; shard++) {
    await writeShard(`${folder}/${shardName(shard)}.tar`, shard * IMAGES_PER_SHARD);
  }
  const source = { type: "webdataset", shards: `{${shardName(0)}..${shardName(shards - 1)}}.tar` };
  writeManifest(folder, { name: TINY, source, render: { side: SIDE }, images });
}

const shardName = (shard: number) => `${shard}`.padStart(5, "0");

async function writeShard(path: string, first: number): Promise<void> {
  const archive = pack();
  const file = createWriteStream(path);
  archive.pipe(file as unknown as Parameters<Pack["pipe"]>[0]);
  for (let image = first; image < first + IMAGES_PER_SHARD; image += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, i) => image + i);
    const wanted = numbers.filter((number) => number < first + IMAGES_PER_SHARD);
    const files = await Promise.all(wanted.map(tinyJpeg));
    files.forEach((bytes, i) => archive.entry({ name: `${wanted[i]}.jpg` }, bytes));
    if (file.writableNeedDrain) await once(file, "drain");
  }
  archive.finalize();
  await finished(file);
}

function tinyJpeg(number: number) {
  const draw = random(0, number);
  const patches = Uint8Array.from({ length: PATCHES ** 2 * 3 }, () => draw.below(256));
  const raw = { width: PATCHES, height: PATCHES, channels: 3 } as const;
  return sharp(patches, { raw }).resize(SIDE, SIDE).jpeg().toBuffer();
}
