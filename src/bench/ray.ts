/** What Ray costs: a task of a tiny experiment, and a sweep of some length beside two processes by hand. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../disk/mod.ts";
import { type AnyExperiment, baseline, recordCode, run, sweep, trivialsOf } from "../experiments/mod.ts";
import { findRay, sweepOnRay, writeExperiments } from "../sweeps/mod.ts";
import { ownProgram, seconds, startAnswering } from "./process.ts";

/** Tiny experiments that are tasks, one after another. */
const TASKS = 200;
/** Experiments that have a process each. */
const PROCESSES = 5;
/** Runs of some length, of two processes or workers of one core. */
const RUNS = 4;

const datasets = ["remix", "mingcute", "carbon"];

/** Experiments of milliseconds: class means of a few small images. */
const tiny = (count: number): AnyExperiment[] =>
  Array.from({ length: count }, (_, seed) => trivialsOf(baseline({ datasets, preset: "smoke", seed }))[0]);

/** Rows: what a tiny task costs, then what runs of some length do. */
export async function benchRay(): Promise<object[]> {
  const root = await Deno.makeTempDir();
  try {
    return [...await overheads(root), ...await runs(root)];
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Seconds a task, one at a time: the start of Ray and of the first program are left out. */
async function overheads(root: string): Promise<object[]> {
  await run(tiny(1)[0], { runs: join(root, "warm") }); // pools are there
  const here = await seconds(() => sweep(tiny(TASKS), { runs: join(root, "here") })) / TASKS;

  const ends: number[] = [];
  await sweepOnRay(tiny(TASKS), {
    runs: join(root, "ray"),
    cpus: availableParallelism(),
    onProgress: ({ done, total, position }) => {
      if (done === total && position!.index > ends.length) ends.push(performance.now());
    },
  });
  const onRay = (ends.at(-1)! - ends[0]) / 1000 / (TASKS - 1);

  const worker = ownProgram(besideModule(import.meta.url, "../sweeps/worker.ts"));
  let own = 0;
  for (const experiment of tiny(PROCESSES)) {
    own += await seconds(async () => {
      const program = startAnswering(worker, "worker.ts");
      const name = "one";
      await program.ask(JSON.stringify({ experiment, code: recordCode(), root: join(root, "own"), name }));
      await program.close();
    }) / PROCESSES;
  }

  const plain = startAnswering([await findRay(), besideModule(import.meta.url, "./ray_plain.py")], "Ray");
  const plainTask = await plain.ask(`${TASKS}`) / (TASKS - 1);
  await plain.close();
  return [
    { what: "a tiny experiment in a sweep here", count: TASKS, secondsEach: here },
    { what: "the same as a task on Ray", count: TASKS, secondsEach: onRay },
    { what: "the same in a process of its own", count: PROCESSES, secondsEach: own },
    { what: "a plain Ray task that does nothing", count: TASKS, secondsEach: plainTask },
  ];
}

/** Runs of half a minute: by two processes on a core each, and on Ray with a core a task. */
async function runs(root: string): Promise<object[]> {
  const file = join(root, "runs.jsonl");
  await writeExperiments(
    file,
    Array.from({ length: RUNS }, (_, seed) =>
      baseline({
        ...{ datasets, preset: "laptop", seed, model: "resnet_micro", imagesPerDataset: 300 },
        recipe: { epochs: 4, samplesPerEpoch: 1024 },
      })),
  );
  const command = ownProgram(join(repositoryRoot, "src/cli/sweep.ts"));
  const start = async (name: string, [program, ...args]: string[]) => {
    const env = { NTD_RUNS: join(root, name) };
    const { success, stderr } = await new Deno.Command(program, { args, env, stdout: "null" }).output();
    if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`);
  };
  const byHand = await seconds(() =>
    Promise.all(
      [0, 1].map((core) =>
        start(`by hand ${core}`, ["taskset", "-c", `${core}`, ...command, file, "--shard", `${core + 1}/2`])
      ),
    )
  );
  const onRay = await seconds(() => start("on ray", [...command, file, "--engine", "ray"]));
  return [
    { what: "runs by two processes by hand", runs: RUNS, seconds: byHand, ratio: 1 },
    { what: "the same on Ray, two workers", runs: RUNS, seconds: onRay, ratio: onRay / byHand },
  ];
}
