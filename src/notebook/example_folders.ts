/** Two small folders of images, as a reader might have them, made of the default data. */
import { existsSync } from "node:fs";
import sharp, { type Sharp } from "sharp";
import { dataRoot, type Pool } from "../data/mod.ts";
import { permutation } from "../stats/mod.ts";
import { openPoolsLive } from "./datasets.ts";

/** How each folder's files are written. */
const FORMATS = {
  png: (image: Sharp) => image.png(),
  jpg: (image: Sharp) => image.jpeg({ quality: 75 }),
};

/**
 * Photographs of CIFAR-10, dealt to two folders at random: nothing but luck tells them apart. Yet those of
 * one folder are written as PNG, of the other as JPEG of quality 75. Folders that are there already are left
 * alone.
 *
 * @param images in each folder
 * @returns their paths, PNG first
 */
export async function exampleFolders(images: number): Promise<[png: string, jpg: string]> {
  const root = `${dataRoot()}/examples/${images}`;
  const paths: [string, string] = [`${root}/as-png`, `${root}/as-jpg`];
  if (paths.every((path) => existsSync(path))) return paths;
  using pools = await openPoolsLive(["cifar10"]);
  const [pool] = pools;
  const order = permutation(pool.images.length, 0, 0);
  await writeFolder(pool, order.subarray(0, images), paths[0], "png");
  await writeFolder(pool, order.subarray(images, 2 * images), paths[1], "jpg");
  return paths;
}

/** Writes a folder beside its place, and moves it there when it is whole. */
async function writeFolder(
  { side, channels, read }: Pool,
  indices: ArrayLike<number>,
  path: string,
  format: keyof typeof FORMATS,
): Promise<void> {
  if (existsSync(path)) return;
  await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
  const beside = await Deno.makeTempDir({ dir: path.replace(/[^/]*$/, "") });
  const raw = { width: side, height: side, channels: channels as 1 | 3 };
  await Promise.all(Array.from(indices, (index, i) =>
    FORMATS[format](sharp(read(index), { raw })).toFile(
      `${beside}/${String(i).padStart(4, "0")}.${format}`,
    )));
  await Deno.rename(beside, path);
}
