/** A process that answers each line of its standard input with a line of JSON. */
export interface Answering {
  // deno-lint-ignore no-explicit-any -- each program has answers of its own
  ask(question: string): Promise<any>;
  close(): Promise<void>;
}

/**
 * Starts such a process.
 *
 * @param name what it is called where it ends early
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
    /** @throws {Error} when the process ends early; what it said is on standard error */
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
