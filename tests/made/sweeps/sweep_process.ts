/** A sweep on Ray in a process of its own, which may be killed: `deno run sweep_process.ts EXPERIMENTS.json RUNS ADDRESS`. */
import { sweepOnRay } from "../../../src/sweeps/mod.ts";

const [file, runs, address] = Deno.args;
await sweepOnRay(JSON.parse(Deno.readTextFileSync(file)), {
  address,
  runs,
  onProgress: ({ position, phase }) => console.log(`${position!.index} ${phase}`),
});
