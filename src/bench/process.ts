/**
 * Processes that answer line by line: the side that asks, the side that answers, and
 * the median of the answers.
 */

/** A process that answers each line of its standard input with a line of JSON. */
export interface Answering {
  // deno-lint-ignore no-explicit-any -- each program has answers of its own
  ask(question: string): Promise<any>;
  close(): Promise<void>;
}

/**
 * Starts a process that answers.
 *
 * @param name its name in the error when it ends early
 * @param env variables beside those of this process
 */
export function startAnswering(
  [program, ...args]: string[],
  name: string,
  env: Record<string, string> = {},
): Answering {
  const process = new Deno.Command(program, { args, env, stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return {
    /** @throws {Error} when the process ends early; its message is on standard error */
    async ask(question) {
      await writer.write(new TextEncoder().encode(question + "\n"));
      while (!rest.includes("\n")) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`${name} ended early; its message is above.`);
        rest += value;
      }
      const end = rest.indexOf("\n");
      const answer = JSON.parse(rest.slice(0, end));
      rest = rest.slice(end + 1);
      return answer;
    },
    async close() {
      await writer.close();
      await reader.cancel();
      await process.status;
    },
  };
}

/** The middle one of the values; the upper of the two for an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Peak of the resident memory of this process, MB. Linux only. */
export function peakMemory(): number {
  return Number(Deno.readTextFileSync("/proc/self/status").match(/VmHWM:\s+(\d+) kB/)![1]) / 1024;
}

/** The lines of standard input. */
export async function* lines(): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
