/** Sweeps for schedulers of arrays: a Slurm script, a Kubernetes indexed job. Their parts are shards. */
import type { Work } from "./work.ts";

/** What an array is written for. */
export interface ArrayOptions {
  /** Path of the sweep file on the nodes. */
  file: string;
  /** Number of parts. */
  parts: number;
  /** Processors of a part. Default: 1. */
  cpus?: number;
}

/** GB that the largest of the runs may take, whole. */
const gigabytes = (works: readonly Work[]) => Math.ceil(Math.max(...works.map(({ memory }) => memory)) / 1e9);

/** A word for a shell. */
const quoted = (word: string) => /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * A script for `sbatch`. Each task of the array finds its shard by Slurm's variables. A task that is taken
 * off its node is queued again, and goes on from its checkpoint where the folder of records is shared.
 *
 * @param checkout path of this checkout on the nodes
 */
export function slurmScript(
  works: readonly Work[],
  { file, parts, cpus = 1, checkout }: ArrayOptions & { checkout: string },
): string {
  return `#!/bin/bash
#SBATCH --job-name=name-that-dataset
#SBATCH --array=1-${parts}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${cpus}
#SBATCH --mem=${gigabytes(works)}G
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=sweep-%A_%a.log
# For a card each, take out one "#" here:
##SBATCH --gres=gpu:1
set -euo pipefail
cd ${quoted(checkout)}
exec npx deno task sweep ${quoted(file)}
`;
}

/** The mount that the records and pools of an indexed job lie in. */
const VOLUME = "/work";

/**
 * An indexed job for `kubectl apply`, as JSON, which is YAML. Each pod finds its shard by its index. Records,
 * pools and the sweep file lie on a claim of a volume that the pods share.
 *
 * @param image container with this checkout as its working folder, as the Dockerfile makes it
 */
export function kubernetesJob(
  works: readonly Work[],
  { file, parts, cpus = 1, image }: ArrayOptions & { image: string },
): object {
  const resources = { cpu: `${cpus}`, memory: `${gigabytes(works)}G` };
  const env = { NTD_SHARDS: parts, NTD_RUNS: `${VOLUME}/runs`, NTD_DATA: `${VOLUME}/data` };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "name-that-dataset" },
    spec: {
      completionMode: "Indexed",
      completions: parts,
      parallelism: parts,
      backoffLimitPerIndex: 5,
      // A pod that is taken off its node is no failure.
      podFailurePolicy: { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }] },
      template: {
        spec: {
          restartPolicy: "Never",
          containers: [{
            name: "sweep",
            image,
            command: ["npx", "deno", "task", "sweep", file.startsWith("/") ? file : `${VOLUME}/${file}`],
            env: Object.entries(env).map(([name, value]) => ({ name, value: `${value}` })),
            resources: { requests: resources, limits: { memory: resources.memory } },
            volumeMounts: [{ name: "work", mountPath: VOLUME }],
          }],
          volumes: [{ name: "work", persistentVolumeClaim: { claimName: "name-that-dataset" } }],
        },
      },
    },
  };
}
