/** What the processes that a benchmark measures have in common. */

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
