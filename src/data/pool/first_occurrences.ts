import { hash } from "node:crypto";

/** Slots of an empty table; a power of two, as all sizes. */
const SMALLEST = 1024;
/** Share of the slots that is filled before there are twice as many. */
const FULL = 7 / 8;
/**
 * Each text is kept as 128 bits of its sha256. Two of a billion texts have the same bits with probability
 * 10⁻²⁰.
 */
const WORDS = 4;

/** Finds the first occurrence of each of many texts. A text takes 23 to 46 bytes, however long it is. */
export class FirstOccurrences {
  #digests = new Uint32Array(SMALLEST * WORDS);
  #places = new Int32Array(SMALLEST).fill(-1);
  #texts = 0;
  /** The digest of the text that is asked about. */
  readonly #digest = new Uint8Array(32);
  readonly #words = new Uint32Array(this.#digest.buffer);

  /**
   * The place that was given with the first text equal to this one: `place` itself where there was none.
   *
   * @param place 0 to 2³¹ - 1
   */
  of(text: string, place: number): number {
    this.#digest.setFromHex(hash("sha256", text));
    const slot = this.#slotOf(this.#words, 0);
    if (this.#places[slot] >= 0) return this.#places[slot];
    this.#fill(slot, this.#words, 0, place);
    if (++this.#texts > FULL * this.#places.length) this.#grow();
    return place;
  }

  /**
   * Where a digest (the words of `from` after `at`) lies, or is to lie: the first slot from its own on that
   * has it or is free.
   */
  #slotOf(from: Uint32Array, at: number): number {
    const last = this.#places.length - 1;
    let slot = from[at] & last;
    while (this.#places[slot] >= 0 && !this.#has(slot, from, at)) slot = (slot + 1) & last;
    return slot;
  }

  #has(slot: number, from: Uint32Array, at: number): boolean {
    for (let w = 0; w < WORDS; w++) if (this.#digests[slot * WORDS + w] !== from[at + w]) return false;
    return true;
  }

  #fill(slot: number, from: Uint32Array, at: number, place: number): void {
    for (let w = 0; w < WORDS; w++) this.#digests[slot * WORDS + w] = from[at + w];
    this.#places[slot] = place;
  }

  #grow(): void {
    const [digests, places] = [this.#digests, this.#places];
    this.#digests = new Uint32Array(2 * digests.length);
    this.#places = new Int32Array(2 * places.length).fill(-1);
    for (const [slot, place] of places.entries()) {
      if (place < 0) continue;
      const at = slot * WORDS;
      this.#fill(this.#slotOf(digests, at), digests, at, place);
    }
  }
}
