/** A dataset of made-up JPEG files in WebDataset shards, for measuring what the number of images costs. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import sharp from "sharp";
import { type Pack, pack } from "tar-stream";
import { random } from "../stats/mod.ts";
import { writeManifest } from "./made_dataset.ts";

/** Side of an image, px, and of the coarse patches that it is made of. */
const SIDE = 64, PATCHES = 8;

const IMAGES_PER_SHARD = 1000;

/** Images that are encoded at the same time. */
const AT_ONCE = 32;

/** The name of the dataset. */
export const TINY = "tiny";

/**
 * Writes the shards and the manifest into a folder, one image in memory for each that is encoded.
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
