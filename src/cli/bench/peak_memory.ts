/** Peak of the resident memory of this process, MB. Linux only. */
export function peakMemory(): number {
  return Number(Deno.readTextFileSync("/proc/self/status").match(/VmHWM:\s+(\d+) kB/)![1]) / 1024;
}
