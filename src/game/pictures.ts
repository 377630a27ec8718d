/** The images of a game as PNG: all of one size and kind, so that neither gives a dataset away. */
import type { Pool } from "../data/mod.ts";
import { cropResize, encodePng, type PackedImage } from "../images/mod.ts";
import type { Game } from "./game.ts";
import type { KeptGame } from "./kept.ts";

/** Image `image` (from 0) of a game; undefined where there is none. */
export async function questionPng(
  game: Game,
  kept: KeptGame,
  image: number,
): Promise<Uint8Array | undefined> {
  const asked = kept.beginning.images.at(image);
  if (asked === undefined) return undefined;
  const label = game.record.experiment.datasets.indexOf(asked.dataset);
  return await encodePng(packedImage(game, { label, key: asked.key }));
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
