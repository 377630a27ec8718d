/**
 * The program that a cluster's node runs. It reads a line of JSON for each task, {@link Asked}, and answers
 * with lines of JSON, {@link Answer}. It ends when its input does: whoever started it is gone then.
 */
import { join } from "node:path";
import { linesOf } from "../disk/mod.ts";
import type { AnyExperiment, RunProgress } from "../experiments/mod.ts";
import type { FetchPart, OpenItem } from "../fetch/mod.ts";
import { ensureSetup } from "../setup/mod.ts";

/** What a task is: an experiment by a version of the code (see `recordCode`), or a part of a fetch. */
export type Question = { experiment: AnyExperiment; code: string } | { part: FetchPart };

/** A task, with the folder that its own folder lies in, and its own one's name. */
type Asked = Question & { root: string; name: string };

/** What is said; the last line of a task is no progress. */
type Answer = { progress: RunProgress } | { hash: string } | { handedOn: OpenItem[] } | { failed: string };

/** Least time between two reports that end no epoch, ms. */
const INTERVAL = 500;

const say = (answer: Answer) => console.log(JSON.stringify(answer));

async function answer(asked: Asked): Promise<Answer> {
  await ensureSetup({ needs: "part" in asked ? ["packages"] : ["packages", "python"] });
  if ("part" in asked) {
    const { fetchPart } = await import("../fetch/mod.ts");
    return { handedOn: await fetchPart(join(asked.root, asked.name), asked.part) };
  }
  const { experiment, code, root } = asked;
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
  return { hash: (await run(experiment, { runs: root, onProgress })).hash };
}

if (import.meta.main) {
  let last = Promise.resolve();
  for await (const line of linesOf(Deno.stdin.readable)) {
    last = last.then(async () =>
      say(await answer(JSON.parse(line)).catch((error: Error) => ({ failed: error.message })))
    );
  }
  Deno.exit(0);
}
