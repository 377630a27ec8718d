/** `deno task sweep`: runs the experiments of a file, or a part of them. */
import { resolve } from "node:path";
import { replaceFile, repositoryRoot } from "../disk/mod.ts";
import type { AnyExperiment, FinishedRecord } from "../experiments/mod.ts";
import { ensureSetup } from "../setup/mod.ts";
import type { Shard } from "../sweeps/mod.ts";
import {
  EXIT,
  meant,
  numberOf,
  ofEngine,
  oneOf,
  parseCommand,
  refuseForeign,
  runCommand,
  UsageError,
} from "./command.ts";
import { terminalWidth, textTable } from "./terminal.ts";

const USAGE =
  `Usage: deno task sweep FILE [--shard I/N] [--claim] [--dry-run] [--engine local|ray|slurm|kubernetes]
                       [--address ADDRESS] [--shared] [--cpus N] [--parts N] [--out FILE] [--image NAME]
  FILE         experiments as JSON lines; writeExperiments(path, experiments) of a notebook writes it. Records go to runs/ (or
               NTD_RUNS); experiments that have one are not run again
  --shard I/N  of local and ray: only the Ith of N parts. Default: everything; of local what the variables of a Slurm array, a
               Kubernetes indexed job or SkyPilot say
  --claim      of local: takes the next experiment that no other process holds. Several such processes share a folder of records
               and the work; where one is killed, another goes on from its checkpoint
  --dry-run    lists what would be run
  --engine     local (default): here, one after another. ray: each experiment a task of a Ray cluster. slurm, kubernetes: writes
               an array job, or an indexed job, whose parts are the shards, and runs nothing
  --address A  of ray: HOST:PORT of the cluster's head, ray://HOST:PORT, or auto. Default: RAY_ADDRESS, else a cluster of this
               machine. Ray is installed into .venv-ray the first time
  --shared     of ray: this checkout and the records lie at the same path on every node, which is checked. Runs then go on from
               their checkpoints anywhere; otherwise the project's files go there and records come back
  --cpus N     processors of each task or part. Default: 1; with a card its share of the node's
  --parts N    of slurm and kubernetes: number of parts. Default: one for each experiment, at most 1,000
  --out FILE   of slurm and kubernetes: the file to write. Default: standard output
  --image NAME of kubernetes: the container's image, made from the Dockerfile of the repository
Exit codes: 0 all experiments have records, or the file is written; 1 some failed, or the engine did; 2 wrong arguments, or a file
that cannot be run; 130 interrupted. Run again, it goes on with what has no record.`;

const ENGINES = ["local", "ray", "slurm", "kubernetes"] as const;

/** What to run. */
export interface SweepRequest {
  file: string;
  /** Default: everything. */
  shard?: Shard;
  claim: boolean;
  dryRun: boolean;
  engine: typeof ENGINES[number];
  /** Of `ray`. */
  address?: string;
  /** Of `ray`. */
  shared: boolean;
  /** Processors of a task. */
  cpus?: number;
  /** Of `slurm` and `kubernetes`. */
  parts?: number;
  out?: string;
  image?: string;
}

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for flags that do not go together, and variables that name no shard
 */
export async function parseSweep(args: readonly string[]): Promise<SweepRequest> {
  const flag = { type: "boolean", default: false } as const;
  const text = { type: "string" } as const;
  const { values, positionals } = parseCommand(args, USAGE, {
    shard: text,
    claim: flag,
    "dry-run": flag,
    engine: { ...text, default: "local" },
    address: text,
    shared: flag,
    cpus: text,
    parts: text,
    out: text,
    image: text,
  }, true);
  if (positionals.length !== 1) {
    throw new UsageError(`Name one sweep file; ${positionals.length} are named.\n${USAGE}`);
  }
  const engine = oneOf("--engine", values.engine, ENGINES);
  refuseForeign(values, BELONGS, [engine], ofEngine(engine));
  if (engine === "kubernetes" && values.image === undefined) {
    throw new UsageError("--engine kubernetes: name the container's image, --image NAME.");
  }
  const { parseShard, shardFromEnvironment } = await import("../sweeps/mod.ts");
  const shard = await meant(() => {
    if (values.shard !== undefined) return parseShard(values.shard);
    return engine === "local" ? shardFromEnvironment() : undefined;
  });
  const { claim, "dry-run": dryRun, address, shared, out, image } = values;
  const cpus = numberOf("--cpus", values.cpus, "processors");
  const parts = numberOf("--parts", values.parts, "parts");
  return { file: positionals[0], shard, claim, dryRun, engine, address, shared, cpus, parts, out, image };
}

/** The engines that a flag belongs to; all, where it is not here. */
const BELONGS: Readonly<Record<string, readonly string[]>> = {
  shard: ["local", "ray"], // the parts of an array are the shards
  claim: ["local"],
  address: ["ray"],
  shared: ["ray"],
  cpus: ["ray", "slurm", "kubernetes"],
  parts: ["slurm", "kubernetes"],
  out: ["slurm", "kubernetes"],
  image: ["kubernetes"],
};

/**
 * The experiments that are asked for, and a line that says which.
 *
 * @throws {UsageError} for a file that cannot be run
 */
export async function chosen(
  { file, shard }: Pick<SweepRequest, "file" | "shard">,
): Promise<{ experiments: AnyExperiment[]; line: string }> {
  const { experimentsOfShard, readExperiments } = await import("../sweeps/mod.ts");
  const all = await meant(() => readExperiments(file));
  const count = `${all.length} experiment${all.length === 1 ? "" : "s"}`;
  if (!shard) return { experiments: all, line: `${file}: ${count}` };
  const experiments = experimentsOfShard(all, shard);
  const part = `shard ${shard.index} of ${shard.of} has ${experiments.length}`;
  return { experiments, line: `${file}: ${count}; ${part}` };
}

/** The experiments with the state of their records. */
async function dryRunText(experiments: readonly AnyExperiment[], width: number): Promise<string> {
  const { hashOf, labelOf, runsFolder } = await import("../experiments/mod.ts");
  const { listRuns } = await import("../records/mod.ts");
  const runs = new Map((await listRuns(runsFolder())).map((run) => [run.hash, run]));
  const rows = experiments.map((experiment) => {
    const hash = hashOf(experiment);
    const run = runs.get(hash);
    const state = run ? run.state === "unfinished" ? `${run.epochs} epochs done` : run.state : "to do";
    return [hash, experiment.kind, labelOf(experiment), state];
  });
  return textTable(["hash", "kind", "of", "state"], rows, width);
}

/** Runs experiments here, one after another; returns the number of those that failed. */
async function runHere(
  experiments: readonly AnyExperiment[],
  { claim }: Pick<SweepRequest, "claim">,
): Promise<number> {
  const { runsFolder, sweep } = await import("../experiments/mod.ts");
  const { checkClaims } = await import("../sweeps/mod.ts");
  const { live } = await import("../notebook/mod.ts");
  if (claim) console.error(checkClaims(runsFolder()));
  return await reported(
    experiments,
    (onFailure) => live((options) => sweep(experiments, { ...options, claim, onFailure })),
  );
}

/** Runs experiments on a Ray cluster; returns the number of those that failed. */
async function runOnRay(
  experiments: readonly AnyExperiment[],
  { address, shared, cpus }: SweepRequest,
): Promise<number> {
  const { sweepOnRay } = await import("../sweeps/mod.ts");
  const { live } = await import("../notebook/mod.ts");
  return await reported(
    experiments,
    (onFailure) =>
      live((options) => sweepOnRay(experiments, { ...options, address, shared, cpus, onFailure })),
  );
}

/** Parts of an array at most, unless the user says otherwise: Slurm's usual limit. */
const MOST_PARTS = 1000;

/** Writes an array job for a scheduler. */
async function writeArray(experiments: readonly AnyExperiment[], request: SweepRequest): Promise<void> {
  const { kubernetesJob, slurmScript, workOf } = await import("../sweeps/mod.ts");
  const { cpus, image = "", engine, out } = request;
  const works = workOf(experiments);
  const parts = request.parts ?? Math.min(MOST_PARTS, experiments.length);
  const text = engine === "slurm"
    ? slurmScript(works, { file: resolve(request.file), parts, cpus, checkout: repositoryRoot })
    : JSON.stringify(kubernetesJob(works, { file: request.file, parts, cpus, image }), null, 2) + "\n";
  if (out === undefined) console.log(text.trimEnd());
  else await replaceFile(out, (temporary) => Deno.writeTextFile(temporary, text));
}

/** Runs experiments and prints what became of them; returns the number of those that failed. */
async function reported(
  experiments: readonly AnyExperiment[],
  work: (onFailure: (experiment: AnyExperiment, error: Error) => void) => Promise<FinishedRecord[]>,
): Promise<number> {
  const { labelOf } = await import("../experiments/mod.ts");
  const failures: string[] = [];
  const records = await work((experiment, { message }) =>
    failures.push(`${labelOf(experiment)}: ${message}`)
  );
  console.log(`${records.length} of ${experiments.length} experiments have records.`);
  for (const failure of failures) console.error(`failed: ${failure}`);
  return failures.length;
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    await ensureSetup({ needs: ["packages"] });
    const request = await parseSweep(args);
    const { experiments, line } = await chosen(request);
    console.error(line);
    if (request.dryRun) {
      console.log(await dryRunText(experiments, terminalWidth()));
      return 0;
    }
    if (request.engine === "slurm" || request.engine === "kubernetes") {
      await writeArray(experiments, request);
      return 0;
    }
    await ensureSetup({ needs: ["python"] });
    const run = request.engine === "ray" ? runOnRay : runHere;
    return await run(experiments, request) === 0 ? 0 : EXIT.failed;
  });
}
