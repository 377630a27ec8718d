/** `deno task test`: formatting, lint, types, and every test. */
import { existsSync } from "node:fs";
import { EXIT, parseCommand, runCommand } from "./command.ts";
import { repositoryRoot } from "../disk/mod.ts";
import { ensureSetup } from "../setup/mod.ts";
import { complaint, staticChecks } from "./testing/static_checks.ts";
import { type Tally, tally } from "./testing/tally.ts";

const USAGE = `Usage: deno task test [FILTER…]
  FILTER  a test file or folder, or a part of the names of the tests to run; default: everything`;

/** What is to be tested. */
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
  return { paths: positionals.filter(isPath), names: positionals.filter((filter) => !isPath(filter)) };
}

/** Arguments of `deno` for a selection. Types are a check of their own, so they are not checked again. */
export function denoTestArguments({ paths, names }: Selection): string[] {
  const escaped = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return [
    "test",
    "-A",
    "--no-check",
    ...(names.length > 0 ? [`--filter=/${escaped.join("|")}/`] : []),
    ...(paths.length > 0 ? paths : ["tests/"]),
  ];
}

async function runStaticChecks({ paths, names }: Selection): Promise<Tally> {
  const result: Tally = { passed: 0, failed: 0, skipped: [] };
  const wanted = staticChecks().filter(({ name }) =>
    names.length > 0 ? names.some((part) => name.includes(part)) : paths.length === 0
  );
  for (const check of wanted) {
    const text = await complaint(check);
    console.log(`${check.name} ... ${text === undefined ? "ok" : `FAILED\n${text}`}`);
    if (text === undefined) result.passed++;
    else result.failed++;
  }
  return result;
}

async function runTests(selection: Selection): Promise<Tally> {
  const process = new Deno.Command(Deno.execPath(), {
    args: denoTestArguments(selection),
    cwd: repositoryRoot,
    stdout: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of process.stdout) {
    await Deno.stdout.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const { success, signal } = await process.status;
  const result = tally(output);
  if (signal) console.log(`The test process was ended by ${signal}.`);
  // For example a filter that matches nothing is no failure, a leak that Deno finds after the last test is one.
  return success || result.failed > 0 ? result : { ...result, failed: 1 };
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
