import { hash } from "node:crypto";

/** The first 48 bits of sha256(seed, name): a number that orders names at random. */
export function rank(seed: number, name: string): number {
  return parseInt(hash("sha256", `${seed}\n${name}`).slice(0, 12), 16);
}

/** Names in the order of their ranks: the first n are a uniform sample, and the first 100 are among the first 1,000. */
export function byRank(names: readonly string[], seed: number): string[] {
  const ranked = names.map((name) => ({ name, rank: rank(seed, name) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
