/** Shards: the part of a sweep that is one process's own, where processes share no folder. */
import { type AnyExperiment, hashOf, neededBy } from "../experiments/mod.ts";

/** One part of several. */
export interface Shard {
  /** 1-based. */
  index: number;
  of: number;
}

/** @throws {Error} for a text that is none */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index >= 1 && index <= of) return { index, of };
  throw new Error(`"${text}" is no shard. Give I/N with I from 1 to N: 1/8 is the first of eight.`);
}

/** Variables in which a scheduler says which of its processes this is; counted from 0 but for Slurm's. */
const RANKS = [
  // A pool's jobs have a node rank, too: it is that within the job.
  { rank: "SKYPILOT_JOB_RANK", of: "SKYPILOT_NUM_JOBS" },
  { rank: "SKYPILOT_NODE_RANK", of: "SKYPILOT_NUM_NODES" },
  { rank: "JOB_COMPLETION_INDEX", of: "NTD_SHARDS" },
] as const;

/**
 * The shard that a scheduler's variables name: a Slurm array's, a Kubernetes indexed job's (which does not
 * say how many there are: `NTD_SHARDS` does), SkyPilot's.
 *
 * @returns undefined where there are none
 * @throws {Error} for variables that name no shard, saying which
 */
export function shardFromEnvironment(
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Shard | undefined {
  const numbers = (names: readonly string[]) =>
    names.map((name) => {
      const text = read(name);
      if (text !== undefined && /^\d+$/.test(text)) return Number(text);
      const fault = text === undefined ? `${name} is not set` : `${name} is "${text}"`;
      throw new Error(`${names[0]} is set and ${fault}: the shard is unknown. Give --shard I/N.`);
    });
  const SLURM = ["ID", "MIN", "COUNT"].map((name) => `SLURM_ARRAY_TASK_${name}`);
  if (read(SLURM[0]) !== undefined) {
    const [id, min, of] = numbers(SLURM);
    const [step] = read("SLURM_ARRAY_TASK_STEP") ? numbers(["SLURM_ARRAY_TASK_STEP"]) : [1];
    return checked({ index: (id - min) / Math.max(1, step) + 1, of }, SLURM);
  }
  const known = RANKS.find(({ rank }) => read(rank) !== undefined);
  if (!known) return undefined;
  const [rank, of] = numbers([known.rank, known.of]);
  return checked({ index: rank + 1, of }, [known.rank, known.of]);
}

function checked(shard: Shard, names: readonly string[]): Shard {
  if (Number.isInteger(shard.index) && shard.index <= shard.of) return shard;
  throw new Error(
    `${names.join(", ")} name no shard of ${shard.of} (an array with gaps?). Give --shard I/N.`,
  );
}

/**
 * The experiments of a shard. Those that need the same other experiment, or one another, stay together, so
 * that nothing is done twice; the groups are dealt out in their order, each to the shard that has the fewest
 * experiments so far.
 */
export function experimentsOfShard<E extends AnyExperiment>(
  experiments: readonly E[],
  { index, of }: Shard,
): E[] {
  const counts = new Array<number>(of).fill(0);
  return groupsOf(experiments).flatMap((group) => {
    const shard = counts.indexOf(Math.min(...counts));
    counts[shard] += group.length;
    return shard === index - 1 ? group : [];
  });
}

/** Experiments that are joined by what they need, in the order of their first ones. */
function groupsOf<E extends AnyExperiment>(experiments: readonly E[]): E[][] {
  const parents = new Map<string, string>();
  const root = (hash: string): string => {
    const parent = parents.get(hash) ?? hash;
    return parent === hash ? hash : root(parent);
  };
  const join = (experiment: AnyExperiment): string => {
    const hash = hashOf(experiment);
    for (const needed of neededBy(experiment)) parents.set(root(hash), root(join(needed)));
    return hash;
  };
  const hashes = experiments.map(join);
  return [...Map.groupBy(experiments.keys(), (i) => root(hashes[i])).values()].map((members) =>
    members.map((i) => experiments[i])
  );
}
