import type { FailureReason } from "./failure.ts";

/**
 * Which images are in the pool: the first good ones in the order of trying. Downloads end in any order, so that an image is chosen
 * only once everything before it has ended: what is chosen depends on what the URLs give, not on how fast.
 */
export class Selection {
  /** Ended after the first position that has not: hash of the file, or undefined for a failure. */
  readonly #ahead = new Map<number, string | undefined>();
  readonly #chosen = new Set<string>();
  #goodAhead = 0;
  #next = 0;
  readonly failures: Partial<Record<FailureReason, number>> = {};
  /** Images and failures so far. */
  ended = 0;
  /** The highest position that has ended, -1 before the first. */
  last = -1;

  /** Notes how one ended. */
  add(position: number, { reason, sha256 }: { reason?: FailureReason; sha256?: string }): void {
    const good = reason === undefined;
    this.#ahead.set(position, good ? sha256 : undefined);
    this.ended++;
    this.last = Math.max(this.last, position);
    if (good) this.#goodAhead++;
    else this.failures[reason] = (this.failures[reason] ?? 0) + 1;
  }

  /** Chooses what can be chosen by now. Returns the positions of images that were there before. */
  advance(): number[] {
    const duplicates: number[] = [];
    for (; this.#ahead.has(this.#next); this.#next++) {
      const sha256 = this.#ahead.get(this.#next);
      this.#ahead.delete(this.#next);
      if (sha256 === undefined) continue;
      this.#goodAhead--;
      if (this.#chosen.has(sha256)) {
        duplicates.push(this.#next);
        this.failures.duplicate = (this.failures.duplicate ?? 0) + 1;
      } else this.#chosen.add(sha256);
    }
    return duplicates;
  }

  /** Images that are in the pool for certain. */
  get chosen(): number {
    return this.#chosen.size;
  }

  /** Position of the first that has not ended. */
  get next(): number {
    return this.#next;
  }

  /** Images that are or may come to be in the pool. */
  get good(): number {
    return this.chosen + this.#goodAhead;
  }
}
