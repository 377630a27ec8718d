/**
 * A contestant of the training benchmark: a process of its own, so that its peak memory is its own. It reads lines from its
 * standard input and answers each with a line of JSON:
 *
 *     {…configuration}    -> {"version", "parameters", "first_step": seconds}
 *     train STEPS         -> {"seconds"}
 *     evaluate BATCHES    -> {"seconds"}
 *     memory 0            -> {"megabytes"}, the peak of its resident memory
 */
import type { ModelConfig } from "../../models/mod.ts";

/** What a contestant is told at its start. */
export interface ContestantConfig {
  model: ModelConfig;
  /** How it computes, for example `float32`; each program has its own. */
  mode: string;
  classes: number;
  batch: number;
  /** Side of the images, px. */
  image: number;
  threads: number;
}

/** What a contestant answers when it is ready. */
export interface Ready {
  version: string;
  parameters: number;
  /** Seconds from nothing to the end of the first step: tracing and compiling included. */
  first_step: number;
}

/** A running contestant. */
export interface Contestant extends Ready {
  /** Takes training steps, or predicts batches; returns the seconds that it took. */
  time(what: "train" | "evaluate", count: number): Promise<number>;
  /** Peak of its resident memory so far, MB. */
  peakMemory(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts a contestant.
 *
 * @throws {Error} when the process ends early; what it said is on standard error
 */
export async function startContestant(
  [program, ...args]: string[],
  config: ContestantConfig,
): Promise<Contestant> {
  const process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  const ask = async (question: string) => {
    await writer.write(new TextEncoder().encode(question + "\n"));
    while (!rest.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`${program} (${config.mode}) ended early; its message is above.`);
      rest += value;
    }
    const end = rest.indexOf("\n");
    const answer = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end + 1);
    return answer;
  };
  const ready: Ready = await ask(JSON.stringify(config));
  return {
    ...ready,
    time: async (what, count) => (await ask(`${what} ${count}`)).seconds,
    peakMemory: async () => (await ask("memory 0")).megabytes,
    close: async () => {
      await writer.close();
      await reader.cancel();
      await process.status;
    },
  };
}
