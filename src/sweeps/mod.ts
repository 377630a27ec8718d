/** Sweeps past one process: their files, the parts of several processes, plans, engines. */
export { kubernetesJob, slurmScript } from "./array.ts";
export { readExperiments, SweepFileError, writeExperiments } from "./file.ts";
export { checkClaims, lockReach, mountOf } from "./locks.ts";
export { experimentsOfShard, parseShard, type Shard, shardFromEnvironment } from "./shard.ts";
export { paperSweeps } from "./paper.ts";
export { makespan, type Plan, planOf, planRows } from "./plan.ts";
export { workOf } from "./work.ts";
export { findRay, type RayCluster } from "./ray.ts";
export { fetchOnRay } from "./ray_fetch.ts";
export { type RayOptions, sweepOnRay } from "./ray_sweep.ts";
