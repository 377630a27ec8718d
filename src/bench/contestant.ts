/**
 * A contestant of the training benchmark: a process of its own, so that its peak memory is its own. It reads lines from its
 * standard input and answers each with a line of JSON:
 *
 *     {…configuration}    -> {"version", "parameters", "first_step": seconds}
 *     train STEPS         -> {"seconds"}
 *     evaluate BATCHES    -> {"seconds"}
 *     memory 0            -> {"megabytes"}, the peak of its resident memory
 */
import type { ModelConfig } from "../models/mod.ts";
import { startAnswering } from "./answering.ts";

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
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a contestant.
 *
 * @param environment variables beside those of this process
 * @throws {Error} when the process ends early; what it said is on standard error
 */
export async function startContestant(
  command: string[],
  config: ContestantConfig,
  environment: Record<string, string> = {},
): Promise<Contestant> {
  const { ask, close } = startAnswering(command, `${command[0]} (${config.mode})`, environment);
  const ready: Ready = await ask(JSON.stringify(config));
  return {
    ...ready,
    time: async (what, count) => (await ask(`${what} ${count}`)).seconds,
    peakMemory: async () => (await ask("memory 0")).megabytes,
    [Symbol.asyncDispose]: close,
  };
}
