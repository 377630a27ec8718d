/**
 * Processes that answer line by line: the side that asks, the side that answers, and
 * the median of the answers.
 */
import { existsSync } from "node:fs";
import { repositoryRoot } from "../disk/mod.ts";

/** A process that answers each line of its standard input with a line of JSON. */
export interface Answering {
  // deno-lint-ignore no-explicit-any -- each program has answers of its own
  ask(question: string): Promise<any>;
  close(): Promise<void>;
}

/** How a process is started. */
export interface Starting {
  /** Variables beside those of this process. */
  env?: Record<string, string>;
  /** Ends the process when it is aborted. */
  signal?: AbortSignal;
  /** Whether the error of a process that ends early quotes its message. Default: it says that it is above. */
  quotes?: boolean;
}

/**
 * The command of a program of the project. Without a lock file there is no registry to ask either: the
 * packages are those that lie there.
 */
export function ownProgram(path: string): string[] {
  const alone = existsSync(`${repositoryRoot}deno.lock`) ? [] : ["--no-lock", "--cached-only"];
  return [Deno.execPath(), "run", "-A", "--no-check", ...alone, path];
}

/**
 * Starts a process that answers.
 *
 * @param name its name in the error when it ends early
 */
export function startAnswering(
  [program, ...args]: string[],
  name: string,
  { env = {}, signal, quotes = false }: Starting = {},
): Answering {
  const process = new Deno.Command(program, {
    args,
    env: quotes ? { NO_COLOR: "1", ...env } : env,
    signal,
    stdin: "piped",
    stdout: "piped",
    stderr: quotes ? "piped" : "inherit",
  }).spawn();
  const writer = process.stdin.getWriter();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const message = quotes ? passedOn(process.stderr) : Promise.resolve("");
  const early = async () => {
    const { code, signal: by } = await process.status;
    const said = quotes ? `: ${await message}` : "; its message is above.";
    return new Error(`${name} ended early (${by ?? `exit code ${code}`})${said}`);
  };
  let rest = "";
  return {
    /** @throws {Error} when the process ends early */
    async ask(question) {
      const written = writer.write(new TextEncoder().encode(question + "\n"));
      written.catch(() => {}); // a process that has ended answers nothing either
      while (!rest.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) throw await early();
        rest += value;
      }
      const end = rest.indexOf("\n");
      const answer = JSON.parse(rest.slice(0, end));
      rest = rest.slice(end + 1);
      return answer;
    },
    async close() {
      await writer.close().catch(() => {});
      await reader.cancel();
      await process.status;
      await message;
    },
  };
}

/** Number of characters of a message that are kept to its end, and of a line that are quoted. */
const KEPT = 10_000, QUOTED = 400;

/** Hands on what a process says on standard error; returns the line of it that says most. */
async function passedOn(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let said = "";
  for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
    console.error(text.trimEnd());
    said = (said + text).slice(-KEPT);
  }
  return lastWords(said);
}

/** The line of a message that says most: the last that speaks of an error, else the last. */
function lastWords(said: string): string {
  const lines = said.trim().split("\n").filter((line) => !/^\s/.test(line)); // without stacks
  const telling = lines.findLast((line) => /error|fatal|fail|abort|^F\d|does not/i.test(line));
  return (telling ?? lines.at(-1) ?? "").trim().slice(0, QUOTED);
}

/** The middle one of the values; the upper of the two for an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** The seconds that something takes. */
export async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/** Resident memory of this process, its peak and that of now, MB. Linux only. */
export function residentMemory(): { peak: number; now: number } {
  const status = Deno.readTextFileSync("/proc/self/status");
  const megabytes = (field: string) => Number(status.match(new RegExp(`${field}:\\s+(\\d+) kB`))![1]) / 1024;
  return { peak: megabytes("VmHWM"), now: megabytes("VmRSS") };
}
