/** `deno task test`: formatting, lint, types, and every test. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";
import { ensureSetup, venvPython } from "../setup/mod.ts";
import { EXIT, parseCommand, runCommand, UsageError } from "./command.ts";

const USAGE = `Usage: deno task test [FILTER…]
  FILTER  a test file or folder, or a part of the names of the tests to run; default: everything`;

/** The tests to run. */
export interface Selection {
  /** Files and folders. Empty: all of tests/. */
  paths: string[];
  /** Parts of names. Empty: all. */
  names: string[];
}

/** Reads the command's arguments. */
export function parseTest(args: readonly string[]): Selection {
  const { positionals } = parseCommand(args, USAGE, {}, true);
  const isPath = (filter: string) => existsSync(filter);
  const missing = positionals.find((filter) => filter.endsWith(".ts") && !isPath(filter));
  if (missing !== undefined) throw new UsageError(`There is no file "${missing}".\n${USAGE}`);
  const paths = positionals.filter(isPath).map((path) => resolve(path));
  return { paths, names: positionals.filter((filter) => !isPath(filter)) };
}

/**
 * Folders of tests that run in a process beside the others. They are mostly on one core, measure no time and
 * start no kernel: on a busy machine a kernel loses outputs.
 */
const BESIDE = ["data", "figures", "game", "paper", "stats"];

/**
 * The files and folders of a selection, in a list for each process that runs some of them at the same time.
 *
 * @param entries names of the files and folders in tests/
 */
export function testGroups(
  { paths }: Selection,
  entries: readonly string[],
  cores = availableParallelism(),
): string[][] {
  if (paths.length > 0) return [paths];
  if (cores < 2) return [["tests/"]];
  const groups = Map.groupBy(entries.toSorted(), (name) => BESIDE.includes(name));
  return [false, true].map((isBeside) => (groups.get(isBeside) ?? []).map((name) => `tests/${name}`));
}

/**
 * Arguments of `deno` for files and folders. Types are a check of their own, so they are not checked again.
 */
export function denoTestArguments(paths: readonly string[], { names }: Pick<Selection, "names">): string[] {
  const escaped = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const filter = names.length > 0 ? [`--filter=/${escaped.join("|")}/`] : [];
  return ["test", "-A", "--no-check", ...filter, ...paths];
}

async function runStaticChecks({ paths, names }: Selection): Promise<Tally> {
  const wanted = staticChecks().filter(({ name }) =>
    names.length > 0 ? names.some((part) => name.includes(part)) : paths.length === 0
  );
  const complaints = wanted.map((check) => complaint(check)); // at the same time
  const result: Tally = { passed: 0, failed: 0, skipped: [] };
  for (const [i, { name }] of wanted.entries()) {
    const text = await complaints[i];
    console.log(`${name} ... ${text === undefined ? "ok" : `FAILED\n${text}`}`);
    if (text === undefined) result.passed++;
    else result.failed++;
  }
  return result;
}

/** A process of tests whose output can be kept back, so that it does not run into that of another one. */
class TestProcess {
  readonly tally: Promise<Tally>;
  #kept: Uint8Array[] | undefined = [];

  /** @param deno how to start Deno: its path, or a program before it */
  constructor([program, ...before]: string[], args: readonly string[]) {
    const process = new Deno.Command(program, {
      args: [...before, ...args],
      cwd: repositoryRoot,
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    this.tally = this.#follow(process);
  }

  /** Shows the output so far, and from here on all of it as it comes. */
  show(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const chunk of kept) writeAll(chunk);
  }

  async #follow(process: Deno.ChildProcess): Promise<Tally> {
    let output = "";
    const decoder = new TextDecoder();
    for await (const chunk of process.stdout) {
      if (this.#kept) this.#kept.push(chunk);
      else writeAll(chunk);
      output += decoder.decode(chunk, { stream: true });
    }
    const { success, signal } = await process.status;
    const result = tally(output);
    if (signal) console.log(`The test process was ended by ${signal}.`);
    // A leak that Deno finds after the last test is a failure, too; a filter that matches nothing is none.
    return success || result.failed > 0 ? result : { ...result, failed: 1 };
  }
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Deno at the lowest priority, so that it takes nothing from the tests that measure time. */
function politeDeno(): string[] {
  const nice = ["/usr/bin/nice", "/bin/nice"].find((path) => existsSync(path));
  return nice ? [nice, "-n", "19", Deno.execPath()] : [Deno.execPath()];
}

async function runTests(selection: Selection): Promise<Tally> {
  const entries = [...Deno.readDirSync(join(repositoryRoot, "tests"))].map(({ name }) => name);
  const processes = testGroups(selection, entries).map((paths, i) =>
    new TestProcess(i === 0 ? [Deno.execPath()] : politeDeno(), denoTestArguments(paths, selection))
  );
  const tallies: Tally[] = [];
  for (const process of processes) {
    process.show();
    tallies.push(await process.tally);
  }
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  };
}

/** The outcome of a run of `deno test`, read from its output. */
interface Tally {
  passed: number;
  failed: number;
  /** Names of the skipped tests; each says its reason, as in "… (skipped: no Chromium here)". */
  skipped: string[];
}

const RESULT = /^(\S.*) \.\.\. (ok|FAILED|ignored)(?: \(.*\))?$/;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;

/**
 * Counts the tests in the output of `deno test`, which must be without colours. The last line of the output
 * also counts files that fail to load, which a JUnit report leaves out. Where that line is missing, the
 * process has ended early: one more failure.
 */
export function tally(output: string): Tally {
  const lines = output.split("\n");
  const results = lines.map((line) => line.match(RESULT)).filter((match) => match !== null);
  const count = (outcome: string) => results.filter((match) => match[2] === outcome).length;
  const skipped = results.filter((match) => match[2] === "ignored").map((match) => match[1]);
  const summary = lines.map((line) => line.match(SUMMARY)).findLast((match) => match !== null);
  return summary
    ? { passed: Number(summary[1]), failed: Number(summary[2]), skipped }
    : { passed: count("ok"), failed: count("FAILED") + 1, skipped };
}

/** A check, counted as a test. */
interface StaticCheck {
  name: string;
  program: string;
  args: string[];
}

function pythonFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? pythonFiles(path) : name.endsWith(".py") ? [path] : [];
  });
}

/** Formatting, lint, types, and the syntax of the Python files. */
function staticChecks(root = repositoryRoot): StaticCheck[] {
  const deno = Deno.execPath();
  const python = [join(root, "src"), join(root, "tests")].flatMap(pythonFiles);
  return [
    { name: "formatting (deno fmt)", program: deno, args: ["fmt", "--check", "--quiet"] },
    { name: "lint (deno lint)", program: deno, args: ["lint", "--quiet"] },
    { name: "types (deno check)", program: deno, args: ["check", "--quiet", "src", "tests"] },
    { name: "Python syntax (py_compile)", program: venvPython(root), args: ["-m", "py_compile", ...python] },
  ];
}

/** Runs a check; returns its complaint, or `undefined`. */
async function complaint({ program, args }: StaticCheck, root = repositoryRoot) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return success ? undefined : decoder.decode(stdout) + decoder.decode(stderr);
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const selection = parseTest(args);
    await ensureSetup({ needs: ["packages", "python"] });
    const checks = await runStaticChecks(selection);
    const tests = await runTests(selection);
    for (const name of tests.skipped) console.log(`skipped: ${name}`);
    const failed = checks.failed + tests.failed;
    console.log(`${checks.passed + tests.passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);
    return failed === 0 ? 0 : EXIT.failed;
  });
}
