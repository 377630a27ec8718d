/**
 * Facts about this machine that set-up depends on: NVIDIA's driver, space on the disk, the versions of
 * Deno and Python.
 */
import { existsSync, statfsSync } from "node:fs";

/** Set-up lacks something. The message is one sentence: what is missing, and what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** The facts that decide which TensorFlow wheel fits. */
export interface Machine {
  os: typeof Deno.build.os;
  arch: typeof Deno.build.arch;
  /** Whether an NVIDIA driver is there. */
  nvidia: boolean;
  /** Major and minor version of the Python that `.venv` is made from. */
  python: readonly [number, number];
}

/** Oldest and newest Python that the pinned TensorFlow has wheels for. */
const [OLDEST_PYTHON, NEWEST_PYTHON] = [[3, 10], [3, 13]] as const;

/** Those versions in words, for messages. */
export const PYTHON_RANGE = `${OLDEST_PYTHON.join(".")} to ${NEWEST_PYTHON.join(".")}`;

/** Whether the pinned TensorFlow has a wheel for this Python. */
export function pythonFits([major, minor]: readonly [number, number]): boolean {
  return major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1] && minor <= NEWEST_PYTHON[1];
}

/** Any of these is there where an NVIDIA driver is (the last one in WSL). */
const NVIDIA_TRACES = ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1"];

/** Whether this machine has an NVIDIA driver. */
export function hasNvidia(traces: readonly string[] = NVIDIA_TRACES): boolean {
  return traces.some((path) => existsSync(path));
}

/** The oldest Deno whose Jupyter kernel reports the errors of cells. */
export const OLDEST_DENO = [2, 9, 0] as const;

/** @throws {SetupError} when this Deno is older than {@link OLDEST_DENO} */
export function checkDeno(version = Deno.version.deno): void {
  const parts = version.split(/[.+-]/).map(Number);
  const at = OLDEST_DENO.findIndex((oldest, i) => parts[i] !== oldest);
  if (at < 0 || parts[at] > OLDEST_DENO[at]) return;
  throw new SetupError(
    `Deno ${
      OLDEST_DENO.join(".")
    } or newer is needed and this is ${version}: run \`deno upgrade\`, or start commands with ` +
      "`npx deno@latest task` instead of `deno task`.",
  );
}

/** @throws {SetupError} when the disk of `folder` has less free space than `gigabytes` */
export function checkSpace(folder: string, gigabytes: number, free = freeGigabytes(folder)): void {
  if (free >= gigabytes) return;
  throw new SetupError(
    `Set-up needs about ${gigabytes} GB of disk in ${folder} and ${
      free.toFixed(1)
    } GB are free: make room and run the same ` +
      "command again.",
  );
}

function freeGigabytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Number(bavail) * Number(bsize) / 1e9;
}
