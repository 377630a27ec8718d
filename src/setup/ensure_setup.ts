/** Set-up installs what a clean clone lacks, once. Every command calls it first. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../disk/mod.ts";
import { readMachine } from "../nvidia/mod.ts";
import { writeKernelSpec, writeLabSettings } from "./kernel_spec.ts";
import { checkDeno, checkSpace, gpuFor, nvidiaTraces, SetupError } from "./machine.ts";
import { findPython, type Python } from "./python.ts";
import { gigabytesFor, inTheWay, type PipInstall, resolveInstalls } from "./resolution.ts";
import { emptyVenv, holdVenv, readState } from "./state.ts";

/**
 * The needs of a command. `packages`: the npm packages. `python`: `.venv` with JupyterLab, the notebook
 * runner and native TensorFlow, and the notebooks' kernel.
 */
export type Need = "packages" | "python";

/** The work of {@link ensureSetup}, and its place. */
export interface SetupOptions {
  needs: readonly Need[];
  /** Receives a line for each step, with how long it may take. Default: standard error. */
  log?: (line: string) => void;
  /** Default: this repository. */
  root?: string;
}

/**
 * Installs the missing ones of a command's needs. It takes milliseconds when nothing is missing. A set-up
 * that was killed is done again; of two at once, the second waits.
 *
 * @throws {SetupError} in one sentence: what is missing, and what to do
 */
export async function ensureSetup(
  { needs, log = console.error, root = repositoryRoot }: SetupOptions,
): Promise<void> {
  checkDeno();
  if (needs.includes("packages")) await installPackages(root, log);
  if (needs.includes("python")) await ensurePython(root, log);
}

/** The Python of `.venv`. */
export function venvPython(root = repositoryRoot): string {
  return join(root, ".venv/bin/python");
}

async function ensurePython(root: string, log: (line: string) => void): Promise<void> {
  const venv = join(root, ".venv");
  const requirements = Deno.readTextFileSync(join(root, "requirements.txt"));
  // Not the Python's version: a `.venv` goes on with the one it was made from.
  const wanted = await sha256(
    JSON.stringify([requirements, Deno.build, nvidiaTraces(), bringsOwnTensorFlow()]),
  );
  const isDone = () => {
    const state = readState(venv);
    // Python's own presence too: an update of the system can take away the one that .venv points to.
    return typeof state === "object" && state.resolution === wanted && existsSync(venvPython(root));
  };
  if (!isDone()) {
    using held = await holdVenv(
      venv,
      () => log("Set-up: another process is at it; waiting for it to finish …"),
    );
    if (!isDone()) {
      await fillVenv(venv, requirements, held.begin, log);
      held.finish(wanted);
    }
  }
  if (writeKernelSpec(venv, Deno.execPath())) {
    log("Set-up: the notebooks' kernel, in .venv, now starts this Deno.");
  }
  writeLabSettings(venv);
}

function bringsOwnTensorFlow(): boolean {
  return Boolean(Deno.env.get("NTD_TENSORFLOW"));
}

async function fillVenv(
  venv: string,
  requirements: string,
  begin: () => void,
  log: (line: string) => void,
): Promise<void> {
  const state = readState(venv);
  const own = await usablePython(venv);
  const python = own ?? await findPython();
  const { installs, note } = await installsFor(requirements, python);
  checkSpace(venv, gigabytesFor(installs));
  if (note) log(`Set-up: ${note}`);
  begin();
  const logFile = join(venv, "name-that-dataset.log");
  const run = (what: string, program: string, args: string[]) =>
    step(what, log, () => runModule(program, args, logFile), logFile);
  if (!own) {
    if (state !== "missing") log("Set-up: the .venv that is there is not whole; starting over.");
    emptyVenv(venv);
    const version = python.version.join(".");
    await run(`.venv from ${python.program}, Python ${version} (seconds)`, python.program, ["venv", venv]);
  }
  for (const { what, requirements, dependencies } of installs) {
    const others = inTheWay(packagesIn(venv, python), requirements[0]);
    if (others.length > 0) {
      const uninstall = ["pip", "uninstall", "--yes", ...others];
      await run("without the TensorFlow of before (seconds)", join(venv, "bin/python"), uninstall);
    }
    const flags = ["--only-binary=:all:", ...(dependencies ? [] : ["--no-deps"])];
    const time = requirements[0].includes("cuda")
      ? "several minutes, 3.4 GB"
      : "half a minute to a few minutes";
    await run(`${what} (${time})`, join(venv, "bin/python"), ["pip", "install", ...flags, ...requirements]);
  }
}

/** The Python of an environment that can be installed into as it is. */
async function usablePython(venv: string): Promise<Python | undefined> {
  const state = readState(venv);
  if (state === "missing" || state === "killed while installing") return undefined;
  try {
    return await findPython([join(venv, "bin/python")]);
  } catch (error) {
    if (state !== "foreign") return undefined;
    throw new SetupError(
      `${venv} is there already and set-up did not make it; its Python will not do: move it away and run the same command ` +
        `again. (${(error as Error).message})`,
    );
  }
}

async function installsFor(
  requirements: string,
  { version }: Python,
): Promise<{ installs: PipInstall[]; note?: string }> {
  const { os, arch } = Deno.build;
  const withTensorFlow = !bringsOwnTensorFlow();
  const { gpu, note } = withTensorFlow && nvidiaTraces() ? gpuFor({ os, arch }, await readMachine()) : {};
  const installs = resolveInstalls(requirements, { os, arch, gpu, python: version }, withTensorFlow);
  return { installs, note };
}

/** Names of the files and folders where an environment's packages are. */
function packagesIn(venv: string, { version }: Python): string[] {
  try {
    const folder = join(venv, "lib", `python${version.join(".")}`, "site-packages");
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch {
    return []; // it has just been made
  }
}

async function step(
  what: string,
  log: (line: string) => void,
  work: () => Promise<boolean>,
  logFile: string,
): Promise<void> {
  log(`Set-up: ${what} …`);
  const start = performance.now();
  if (!await work()) {
    throw new SetupError(
      `Set-up failed at ${what}; all of its output is in ${logFile}, which ends:\n${
        tail(Deno.readTextFileSync(logFile))
      }`,
    );
  }
  log(`        done in ${Math.round((performance.now() - start) / 1000)} s`);
}

/** Hash of deno.json and deno.lock as they were at the last install. */
const STAMP = "node_modules/.name-that-dataset";

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * Installs the npm packages where deno.json or deno.lock have changed since the last time. No
 * package's install script runs.
 *
 * @throws {SetupError} with Deno's last lines
 */
async function installPackages(root: string, log: (line: string) => void): Promise<void> {
  const wanted = await sha256(read(join(root, "deno.json")) + read(join(root, "deno.lock")));
  if (read(join(root, STAMP)).trim() === wanted) return;
  log("Set-up: npm packages at the versions of deno.lock (about a minute the first time) …");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen"],
    cwd: root,
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    throw new SetupError(
      `The npm packages could not be installed by \`deno install --frozen\`:\n${
        tail(new TextDecoder().decode(stderr))
      }`,
    );
  }
  Deno.writeTextFileSync(join(root, STAMP), wanted + "\n");
}

/** The last lines of a log, for an error message. */
function tail(text: string, lines = 8): string {
  return text.trimEnd().split("\n").slice(-lines).map((line) => `  ${line}`).join("\n");
}

/** sha256 of a text, in hex. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

const tether = besideModule(import.meta.url, "./tethered.py");

/**
 * Runs a module of a Python, its output appended to a log file. The process ends with this one.
 *
 * @returns whether it succeeded
 */
async function runModule(python: string, args: readonly string[], log: string): Promise<boolean> {
  using file = await Deno.open(log, { create: true, append: true });
  const process = new Deno.Command(python, {
    args: [tether, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { PYTHONUNBUFFERED: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" },
  }).spawn();
  const append = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) await file.write(chunk);
  };
  await Promise.all([append(process.stdout), append(process.stderr)]);
  const { success } = await process.status;
  await process.stdin.close().catch(() => {}); // it has ended: the pipe may be gone
  return success;
}
