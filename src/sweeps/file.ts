/** Sweep files: experiments as JSON lines, which a notebook writes and a command runs. */
import { replaceFile } from "../disk/mod.ts";
import { type AnyExperiment, checkRunnable, hashOf } from "../experiments/mod.ts";

/** A sweep file that cannot be run; the message lists every fault by its line. */
export class SweepFileError extends Error {
  override name = "SweepFileError";
}

/**
 * Writes experiments of any kind as a sweep file, one a line. The records of a sweep that was run from it are
 * read back by `sweep(experiments)`.
 *
 * @throws {SweepFileError} for one that cannot be run, before anything is written
 */
export async function writeExperiments(path: string, experiments: readonly AnyExperiment[]): Promise<void> {
  const lines = experiments.map((experiment) => JSON.stringify(experiment));
  parse(path, lines);
  await replaceFile(path, (temporary) => Deno.writeTextFile(temporary, lines.join("\n") + "\n"));
}

/**
 * Reads a sweep file. An experiment that stands in it twice is one. Empty lines are passed over.
 *
 * @throws {SweepFileError} for a file that cannot be read, has no experiment, or has lines that cannot be
 *   run: each is listed with its fault
 */
export async function readExperiments(path: string): Promise<AnyExperiment[]> {
  let text;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    throw new SweepFileError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const experiments = parse(path, text.split("\n"));
  if (experiments.length > 0) return experiments;
  throw new SweepFileError(
    `${path} has no experiment. A sweep file has one a line, as JSON; writeExperiments writes it.`,
  );
}

function parse(path: string, lines: readonly string[]): AnyExperiment[] {
  const experiments = new Map<string, AnyExperiment>();
  const faults: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      const experiment = checkRunnable(parseLine(line));
      experiments.set(hashOf(experiment), experiment);
    } catch (error) {
      faults.push(`  line ${i + 1}: ${(error as Error).message}`);
    }
  }
  if (faults.length === 0) return [...experiments.values()];
  const count = faults.length === 1 ? "one line" : `${faults.length} lines`;
  throw new SweepFileError(
    `${path}: ${count} cannot be run, so nothing was started.\n${faults.join("\n")}`,
  );
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`not JSON (${(cause as Error).message}).`, { cause });
  }
}
