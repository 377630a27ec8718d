import { createHash } from "node:crypto";
import { corrupt, type Corruption, decodeWhole, type PackedImage } from "../images/mod.ts";
import { random } from "../stats/mod.ts";
import type { StoredImages } from "./pool/store.ts";

/** Name of the random stream of a corruption's seed. */
const STREAM = 0x636f;

/** Corrupted images that are kept, bytes; noise takes longer to draw than a small network to train on it. */
const KEPT = 2 ** 27;

/**
 * Corrupts a stored image in place as every time: by the corruption's seed and the image's key alone.
 *
 * @param key the image's key within its dataset
 */
export function corruptAsAlways(image: PackedImage, corruption: Corruption, key: string): void {
  const seed = "seed" in corruption ? corruption.seed : 0;
  const place = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  corrupt(image, corruption, random(seed, STREAM, place));
}

/** Reads images of pools under one corruption, and keeps them as far as there is room: they look the same every time. */
export class CorruptedImages {
  readonly #kept = new Map<StoredImages, Map<number, Uint8Array>>();
  #room: number;

  /** @param room how much is kept, bytes. Default: 128 MiB. */
  constructor(readonly corruption: Corruption, room = KEPT) {
    this.#room = room;
  }

  /** Reads the pool's image of that index into `image`, which has the size that is stored. */
  read(pool: StoredImages, index: number, image: PackedImage): void {
    const kept = this.#kept.get(pool) ?? new Map<number, Uint8Array>();
    const known = kept.get(index);
    if (known) return image.pixels.set(known);
    const encoded = pool.encoded?.(index);
    if (encoded) decodeWhole(encoded, image.pixels);
    else pool.read(index, image.pixels);
    corruptAsAlways(image, this.corruption, pool.images.at(index)!.key);
    if (this.#room < image.pixels.length) return;
    this.#room -= image.pixels.length;
    this.#kept.set(pool, kept.set(index, image.pixels.slice()));
  }
}
