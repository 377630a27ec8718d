import { corruptByKey, type Corruption, decodeWhole, type PackedImage } from "../../images/mod.ts";
import type { StoredImages } from "../pool/store.ts";

/** Corrupted images that are kept, bytes; noise takes longer to draw than a small network to train on it. */
const KEPT = 2 ** 27;

/**
 * Reads images of pools under one corruption, and keeps them as far as there is room: they look the same
 * every time.
 */
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
    corruptByKey(image, this.corruption, pool.images.at(index)!.key);
    if (this.#room < image.pixels.length) return;
    this.#room -= image.pixels.length;
    this.#kept.set(pool, kept.set(index, image.pixels.slice()));
  }
}
