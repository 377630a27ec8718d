/** Whole experiments in tests: made once, compared without their times, killed on their way. */
import assert from "node:assert/strict";
import { besideModule } from "~/disk/mod.ts";
import type { AnyExperiment, FinishedRecord } from "../../../src/experiments/mod.ts";

/** A value that is made when a test first asks for it; the tests after it share it. */
export function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** Fields that may differ between two honest executions. */
const TIMES = ["seconds", "trainSeconds", "inputWait", "finishedAt"];

/** A record without its times. */
export function timeless<R extends FinishedRecord>({ epochs, result, ...rest }: R) {
  const without = (fields: object) =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !TIMES.includes(name)));
  return { ...rest, epochs: epochs.map((line) => without(line as object)), result: without(result) };
}

const child = `
import { run } from ${JSON.stringify(new URL("../../../src/experiments/mod.ts", import.meta.url).href)};
const [experiment, runs] = JSON.parse(Deno.args[0]);
await run(experiment, { runs, onProgress: ({ phase, done }) => phase === "train" && console.log(done) });
`;

/**
 * Runs an experiment in a process of its own and kills it, without warning, as soon as that many steps are
 * taken.
 *
 * @param runs folder of the records
 */
export async function killedAfter(steps: number, experiment: AnyExperiment, runs: string): Promise<void> {
  const script = Deno.makeTempFileSync({ suffix: ".ts" });
  Deno.writeTextFileSync(script, child);
  const config = besideModule(import.meta.url, "../../../deno.json");
  const args = ["run", "-A", "--no-check", "--config", config, script, JSON.stringify([experiment, runs])];
  const process = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  let text = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split("\n").slice(0, -1).some((line) => Number(line) >= steps)) process.kill("SIGKILL");
  }
  const { signal } = await process.status;
  assert.equal(signal, "SIGKILL");
}
