import { hash } from "node:crypto";

/**
 * Stateless random streams. A stream is named by integers, for example (seed, purpose, step): the same name
 * gives the same numbers on every machine, in any order of asking, so that a resumed run sees what an
 * uninterrupted one would have seen.
 *
 * Generator: sfc32 (Chris Doty-Humphrey, PractRand), its state filled from the name by MurmurHash3's mixing
 * (Austin Appleby).
 */

/** A stream of random numbers. */
export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Uniform integer in [0, n), without bias; n in [1, 2^32]. */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
  /**
   * Standard normal cut off at plus and minus `limit` (default 2) by drawing again; its standard deviation is
   * then 0.88.
   */
  truncatedNormal(limit?: number): number;
}

/**
 * The stream that is named by these integers, each taken modulo 2^32 after its part above 2^32 is mixed in as
 * well.
 */
export function random(...key: number[]): Random {
  return new Sfc32(key);
}

/**
 * A 32-bit hash of integers: uniform, and every bit of the key changes every bit of the hash with probability
 * one half.
 */
export function hash32(...key: number[]): number {
  let hash = 0x9747b28c;
  for (const part of key) hash = mixInteger(hash, part);
  return avalanche(hash ^ key.length);
}

/** A uniformly random order of 0 … n-1 (Fisher-Yates), decided by `key` alone. */
export function permutation(n: number, ...key: number[]): Uint32Array {
  const order = new Uint32Array(n);
  const stream = random(...key);
  for (let i = 0; i < n; i++) {
    const j = stream.below(i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

class Sfc32 implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare: number | undefined;

  constructor(key: number[]) {
    this.#a = hash32(1, ...key);
    this.#b = hash32(2, ...key);
    this.#c = hash32(3, ...key);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new Error(`below(${n}): n must be an integer from 1 to 2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 2 ** 32)); // the argument is in (0, 1]
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  truncatedNormal(limit = 2): number {
    if (!(limit > 0)) throw new Error(`truncatedNormal(${limit}): the limit must be above 0`);
    let draw = this.normal();
    while (Math.abs(draw) > limit) draw = this.normal();
    return draw;
  }
}

/** One integer (its lower and its upper 32 bits) mixed into a running hash as MurmurHash3 does. */
function mixInteger(hash: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error(`a random stream is named by integers, not by ${value}`);
  return mixWord(mixWord(hash, value | 0), Math.floor(value / 2 ** 32) | 0);
}

function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function avalanche(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A draw from the gamma distribution with scale 1, for `shape > 0` (Marsaglia & Tsang 2000). */
export function gammaVariate(random: Random, shape: number): number {
  if (!(shape > 0)) throw new Error(`gammaVariate: the shape is ${shape}; it must be above 0`);
  // Below 1 their method does not work: a draw of shape + 1, shrunk by a power of a uniform number (their
  // section 6).
  if (shape < 1) return gammaVariate(random, shape + 1) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.uniform(); // in (0, 1]
    if (Math.log(u) < x * x / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** A draw from Beta(a, b), in [0, 1], for `a > 0`, `b > 0`. */
export function betaVariate(random: Random, a: number, b: number): number {
  for (;;) {
    const [x, y] = [gammaVariate(random, a), gammaVariate(random, b)];
    if (x + y > 0) return x / (x + y); // both are 0 only where tiny shapes underflow
  }
}

/** The first 48 bits of sha256(seed, name): a number that orders names at random. */
export function rank(seed: number, name: string): number {
  return parseInt(hash("sha256", `${seed}\n${name}`).slice(0, 12), 16);
}

/**
 * Names in the order of their ranks: the first n are a uniform sample, and the first 100 are among the first
 * 1,000.
 */
export function byRank(names: readonly string[], seed: number): string[] {
  const ranked = names.map((name) => ({ name, rank: rank(seed, name) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
