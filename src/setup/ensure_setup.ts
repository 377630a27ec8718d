/** Set-up installs what a clean clone lacks, once. Every command calls it first. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";
import { readMachine } from "../nvidia/mod.ts";
import { pythonInstallers, runInstaller, runTethered } from "./installers.ts";
import { writeKernelSpec, writeLabSettings } from "./kernel_spec.ts";
import { checkDeno, checkSpace, gpuFor, nvidiaTraces, SetupError } from "./machine.ts";
import { findPython, type Python } from "./python.ts";
import { gigabytesFor, inTheWay, type PipInstall, resolveInstalls } from "./resolution.ts";
import { emptyVenv, holdVenv, readState } from "./state.ts";

type Installer = Awaited<ReturnType<typeof pythonInstallers>>[number];

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
  const failure = new AbortController();
  const work = [
    ...(needs.includes("packages") ? [installPackages(root, log, failure.signal)] : []),
    ...(needs.includes("python") ? [ensurePython(root, log, failure.signal)] : []),
  ];
  try {
    await Promise.all(work); // they wait for networks, and for different ones
  } catch (error) {
    failure.abort();
    await Promise.allSettled(work);
    throw error;
  }
}

/** The Python of `.venv`. */
export function venvPython(root = repositoryRoot): string {
  return join(root, ".venv/bin/python");
}

async function ensurePython(root: string, log: (line: string) => void, signal: AbortSignal): Promise<void> {
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
      await fillVenv(venv, requirements, { begin: held.begin, log, signal });
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
  { begin, log, signal }: { begin: () => void; log: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  const state = readState(venv);
  const own = await usablePython(venv);
  const python = own ?? await findPython();
  const installers = await pythonInstallers();
  const { installs, note } = await installsFor(requirements, python);
  checkSpace(venv, gigabytesFor(installs));
  if (note) log(`Set-up: ${note}`);
  begin();
  const logFile = join(venv, "name-that-dataset.log");
  const run = (what: string, program: string, command: (installer: Installer) => string[]) =>
    step(what, log, installers, (installer) => {
      signal.throwIfAborted();
      return runTethered(installer.name, program, command(installer), { log: logFile, signal });
    }, logFile);
  const venvs = join(venv, "bin/python");
  if (!own) {
    if (state !== "missing") log("Set-up: the .venv that is there is not whole; starting over.");
    emptyVenv(venv);
    const what = `.venv from ${python.program}, Python ${python.version.join(".")} (seconds)`;
    await run(what, python.program, ({ create }) => create(venv, python.program));
  }
  for (const { what, requirements, dependencies } of installs) {
    const others = inTheWay(packagesIn(venv, python), requirements[0]);
    if (others.length > 0) {
      const what = "without the TensorFlow of before (seconds)";
      await run(what, venvs, ({ uninstall }) => uninstall(venv, others));
    }
    const time = requirements[0].includes("cuda")
      ? "several minutes, 3.4 GB"
      : "half a minute to a few minutes";
    await run(`${what} (${time})`, venvs, ({ install }) => install(venv, requirements, dependencies));
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

/** Does a step by the first installer that can. */
async function step(
  what: string,
  log: (line: string) => void,
  installers: readonly Installer[],
  work: (installer: Installer) => Promise<{ success: boolean }>,
  logFile: string,
): Promise<void> {
  const start = performance.now();
  const [first, ...others] = installers;
  const by = first.name === "pip" ? "" : `, by ${first.name}`;
  log(`Set-up: ${what}${by} …`);
  const { success } = await work(first).catch((error) => {
    if (others.length === 0) throw error; // the next one may have been told whom to trust
    return { success: false };
  });
  if (success) {
    return log(`        done in ${Math.round((performance.now() - start) / 1000)} s: ${short(what)}`);
  }
  if (others.length > 0) {
    log(`        ${first.name} could not (${logFile} says why); ${others[0].name} does it`);
    return await step(what, log, others, work, logFile);
  }
  throw new SetupError(
    `Set-up failed at ${what}; all of its output is in ${logFile}, which ends:\n${
      tail(Deno.readTextFileSync(logFile))
    }`,
  );
}

/** A step's name without its time. */
const short = (what: string) => what.replace(/ \([^()]*\)$/, "");

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
async function installPackages(
  root: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = await sha256(read(join(root, "deno.json")) + read(join(root, "deno.lock")));
  if (read(join(root, STAMP)).trim() === wanted) return;
  const what = "npm packages at the versions of deno.lock";
  log(`Set-up: ${what} (about a minute the first time) …`);
  const start = performance.now();
  const { success, output } = await runInstaller("deno", Deno.execPath(), ["install", "--frozen"], {
    cwd: root,
    env: { NO_COLOR: "1" },
    signal,
  });
  if (!success) {
    throw new SetupError(
      `The npm packages could not be installed by \`deno install --frozen\`:\n${tail(output)}`,
    );
  }
  Deno.writeTextFileSync(join(root, STAMP), wanted + "\n");
  log(`        done in ${Math.round((performance.now() - start) / 1000)} s: ${what}`);
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
