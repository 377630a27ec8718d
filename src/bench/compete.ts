/** Measures contestants in turns. */
import type { Contestant } from "./contestant.ts";
import { median } from "./median.ts";

const ROUNDS = 5;
/** Seconds that one contestant's turn takes, about. */
const TURN_SECONDS = 1;

/**
 * Median rate of each contestant, images a second, over rounds in which each has a turn: a slow minute of the machine hits all.
 *
 * @param batch images a step
 */
export async function compete(
  contestants: Map<string, Contestant>,
  what: "train" | "evaluate",
  batch: number,
): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const [name, contestant] of contestants) {
    await contestant.time(what, 2);
    counts.set(name, Math.max(1, Math.round(TURN_SECONDS / (await contestant.time(what, 2) / 2))));
  }
  const rates: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, contestant] of contestants) {
      const count = counts.get(name)!;
      (rates[name] ??= []).push(count * batch / await contestant.time(what, count));
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
}
