/**
 * The program that a cluster's node runs for one experiment. It reads a line of JSON, {@link Question}, and
 * answers with lines of JSON, {@link Answer}. It ends when its input does: whoever started it is gone then.
 */
import { linesOf } from "../disk/mod.ts";
import type { AnyExperiment, RunProgress } from "../experiments/mod.ts";
import { ensureSetup } from "../setup/mod.ts";

/** What is asked. */
interface Question {
  experiment: AnyExperiment;
  /** Version of the code that asks; see `recordCode`. */
  code: string;
  /** Folder of the records. */
  runs: string;
}

/** What is said; the last line tells the end. */
type Answer = { progress: RunProgress } | { hash: string } | { failed: string };

/** Least time between two reports that end no epoch, ms. */
const INTERVAL = 500;

const say = (answer: Answer) => console.log(JSON.stringify(answer));

async function answer({ experiment, code, runs }: Question): Promise<Answer> {
  await ensureSetup({ needs: ["packages", "python"] });
  const { recordCode, run } = await import("../experiments/mod.ts");
  if (recordCode() !== code) {
    return {
      failed: `refused: this node has version ${recordCode()} of the project, and ${code} asks. ` +
        "Bring the checkout there to the same commit.",
    };
  }
  let told = -Infinity;
  const onProgress = (progress: RunProgress) => {
    if (!progress.line && performance.now() - told < INTERVAL) return;
    told = performance.now();
    say({ progress });
  };
  return { hash: (await run(experiment, { runs, onProgress })).hash };
}

/** The first line of standard input; the process ends with it. */
async function firstLine(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const read = async () => {
    for await (const line of linesOf(Deno.stdin.readable)) resolve(line);
    Deno.exit(1);
  };
  read();
  return await promise;
}

if (import.meta.main) {
  try {
    say(await answer(JSON.parse(await firstLine())));
    Deno.exit(0);
  } catch (error) {
    say({ failed: (error as Error).message });
    Deno.exit(1);
  }
}
