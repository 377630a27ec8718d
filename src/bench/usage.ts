/** Processor time and memory of whole programs, with the processes that they start, by /proc: Linux only. */

/** The fields of /proc/PID/stat that are read here; times in ms, memory in MB. */
interface ProcessUsage {
  parent: number;
  milliseconds: number;
  /** Of children that have ended and were waited for, and of theirs. */
  ofChildren: number;
  megabytes: number;
}

/** Milliseconds of one tick of the clock in which /proc counts, and MB of a page of memory. */
const TICK = 10, PAGE = 4096 / 1e6;

function usageOf(pid: number): ProcessUsage | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined; // it has ended
  }
  // After the name, which may hold anything: the state, the parent, …; see proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15);
  return {
    parent: fields[1],
    milliseconds: TICK * (user + system),
    ofChildren: TICK * (childrenUser + childrenSystem),
    megabytes: PAGE * fields[21],
  };
}

/** Processor time of a process so far, ms, with that of the children that it waited for. */
function processorTime(pid: number): number {
  const usage = usageOf(pid);
  return usage ? usage.milliseconds + usage.ofChildren : 0;
}

/** The children of a process, and theirs. */
function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? usageOf(Number(name))?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): number[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** What a program used while some work was done. */
export interface Usage {
  /** Processor time of all its processes, ms. */
  cpuMilliseconds: number;
  /** Processor time of the other processes meanwhile, ms. */
  othersMilliseconds: number;
  /** The most resident memory of its processes together that was seen, MB; shared pages count for each. */
  megabytes: number;
}

/** Time between two looks at the memory, ms. */
const LOOK_MS = 250;

/**
 * Does some work and measures this process and those that it starts meanwhile, until they have ended.
 *
 * @param others processes that ran before and are no part of it
 */
export async function withUsage<T>(
  work: () => Promise<T>,
  { others }: { others: readonly number[] },
): Promise<T & Usage> {
  const started = () => descendants(Deno.pid).filter((pid) => !others.includes(pid));
  let megabytes = 0;
  const look = () => {
    const sum = [Deno.pid, ...started()].reduce((sum, pid) => sum + (usageOf(pid)?.megabytes ?? 0), 0);
    megabytes = Math.max(megabytes, sum);
  };
  const ofOthers = () => others.reduce((sum, pid) => sum + processorTime(pid), 0);
  const [before, othersBefore] = [processorTime(Deno.pid), ofOthers()];
  const timer = setInterval(look, LOOK_MS);
  try {
    const result = await work();
    while (started().length > 0) await new Promise((resolve) => setTimeout(resolve, 10)); // they are ending
    const cpuMilliseconds = processorTime(Deno.pid) - before;
    return { ...result, cpuMilliseconds, othersMilliseconds: ofOthers() - othersBefore, megabytes };
  } finally {
    clearInterval(timer);
  }
}
