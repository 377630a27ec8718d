/** Parts of the machine's cores for processes that run side by side. */
import { existsSync } from "node:fs";

const TASKSET = ["/usr/bin/taskset", "/bin/taskset"];

/**
 * Numbers of a list of cores as Linux writes it.
 *
 * @param list for example `0-3,8`
 */
export function coresIn(list: string): number[] {
  return list.trim().split(",").filter((part) => part).flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The cores that this process may use; empty where the system does not say. */
export function ownCores(): number[] {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return coresIn(status.match(/^Cpus_allowed_list:(.*)$/m)?.[1] ?? "");
  } catch {
    return []; // not Linux
  }
}

/**
 * What is written before a command so that it stays on its part of the cores: two trainings, each on its own
 * core, take an eighth less time than one after the other on both. Empty where there is nothing to part, or
 * no program that does it.
 *
 * @param part from 0
 * @param of number of parts
 */
export function onPartOfCores(part: number, of: number, cores = ownCores()): string[] {
  const program = TASKSET.find((path) => existsSync(path));
  if (!program || of < 2 || cores.length < of) return [];
  const at = (edge: number) => Math.floor(edge * cores.length / of);
  return [program, "-c", cores.slice(at(part), at(part + 1)).join(",")];
}
