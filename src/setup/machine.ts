/**
 * Facts about this machine that set-up depends on: NVIDIA's driver, space on the disk, the versions of
 * Deno and Python.
 */
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Driver, usable, type UsableGpu } from "../nvidia/mod.ts";

/** Set-up lacks something. The message is one sentence: what is missing, and what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** The facts that decide which TensorFlow wheel fits. */
export interface Machine {
  os: typeof Deno.build.os;
  arch: typeof Deno.build.arch;
  /** The NVIDIA GPU that the CUDA wheel runs on, where there is one. */
  gpu?: UsableGpu;
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

/**
 * What the system shows of an NVIDIA driver: its version and its GPUs. The driver itself is not asked, which
 * may take seconds. Another driver or another GPU is another text.
 *
 * @param root the system's files
 * @returns false where there is no driver
 */
export function nvidiaTraces(root = "/"): string | false {
  const version = textOf(join(root, "proc/driver/nvidia/version"));
  const hasDevice = existsSync(join(root, "dev/nvidiactl"));
  const bytesInWsl = statSync(join(root, "usr/lib/wsl/lib/libcuda.so.1"), { throwIfNoEntry: false })?.size;
  if (!version && !hasDevice && bytesInWsl === undefined) return false;
  const gpus = namesIn(join(root, "proc/driver/nvidia/gpus"))
    .map((gpu) =>
      textOf(join(root, "proc/driver/nvidia/gpus", gpu, "information")).match(/^Model:.*$/m)?.[0]
    );
  return JSON.stringify({ version, hasDevice, bytesInWsl, gpus });
}

/** A file's text; "" where it cannot be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/**
 * The GPU that TensorFlow's wheel uses on a machine with an NVIDIA driver, and a sentence about what is not
 * as a reader would expect: that there is none, or that it lacks something.
 *
 * @param driver what it says about the machine; undefined: its library does not open
 */
export function gpuFor(
  { os, arch }: Pick<Machine, "os" | "arch">,
  driver: Driver | undefined,
): { gpu?: UsableGpu; note?: string } {
  const unused = (why: string) => ({
    note: `The NVIDIA GPU stays unused and TensorFlow comes for the CPU: ${why}. ` +
      "If that changes, delete .venv and run the same command again.",
  });
  if (os === "linux" && arch !== "x86_64") return unused("its wheel for arm64 is built without CUDA");
  if (!driver) {
    return unused(
      "NVIDIA's library libcuda.so.1 does not open (in a container: was it started with its GPUs?)",
    );
  }
  const answer = usable(driver);
  if ("reason" in answer) return unused(answer.reason);
  return { gpu: answer, note: answer.whyNoXla };
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
