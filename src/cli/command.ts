/**
 * The common ways of the commands: reading arguments, and ending with one clear sentence where
 * something is wrong.
 */
import { realpathSync } from "node:fs";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { repositoryRoot } from "../disk/mod.ts";

/** A fault that the person at the terminal can put right. It is printed without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Exit codes: 1 for a failure, 2 for wrong arguments, 130 for an interrupt, as shells have it. */
export const EXIT = { failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Parses the arguments of a command.
 *
 * @param usage the command's arguments, shown with every complaint and for `--help`
 * @throws {UsageError} for unknown flags and missing values
 */
export function parseCommand<const O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  usage: string,
  options: O,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    const message = (error as Error).message.replace(/ To specify a positional argument.*/s, "");
    throw new UsageError(`${message}\n${usage}`);
  }
}

/**
 * What an argument means. Where it means nothing that there is, the fault is the argument's.
 *
 * @param look looks up what it means, and does nothing else
 * @throws {UsageError} with the fault's message
 */
export async function meant<T>(look: () => T | Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message, { cause: error });
  }
}

/**
 * The datasets that an argument names: names and collections with commas, or the path of images of one's
 * own.
 *
 * @throws {UsageError} for what there is not, listing what there is
 */
export async function datasetsMeant(choice: string): Promise<string[]> {
  const { datasetsOf, withOwn } = await import("../data/mod.ts");
  return await meant(async () => datasetsOf(await withOwn(choice)));
}

/** The value of a flag that takes one of a list. */
export function oneOf<T extends string>(flag: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T;
  throw new UsageError(`${flag}: there is no "${value}". Known: ${known.join(", ")}.`);
}

/**
 * The value of a flag that takes a number of something, 1 or more; undefined where it is not given.
 *
 * @param what in the plural: "images"
 * @throws {UsageError} for what is no such number
 */
export function numberOf(flag: string, value: string | undefined, what: string): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new UsageError(`${flag}: "${value}" is no number of ${what}; give a whole number, 1 or more.`);
}

/**
 * Refuses a flag that nothing of what is asked for reads, instead of ignoring it.
 *
 * @param values as parsed; undefined and false are not given
 * @param owners what reads a flag; one that is not here is read by all
 * @param asked what is asked for
 * @param complaint what is wrong with the flag, after its name
 * @throws {UsageError} for the first such flag
 */
export function refuseForeign(
  values: Readonly<Record<string, unknown>>,
  owners: Readonly<Record<string, readonly string[]>>,
  asked: readonly string[],
  complaint: (owners: readonly string[]) => string,
): void {
  for (const [flag, value] of Object.entries(values)) {
    const own = owners[flag];
    if (value === undefined || value === false || !own || own.some((owner) => asked.includes(owner))) {
      continue;
    }
    throw new UsageError(`--${flag} is of ${complaint(own)}`);
  }
}

/** The complaint about a flag of another engine. */
export const ofEngine = (engine: string) => (engines: readonly string[]) =>
  `--engine ${engines.join(" or ")}; this is ${engine}.`;

/**
 * A signal that Ctrl-C aborts. A second Ctrl-C ends the process at once. It is for after set-up, whose
 * installers end with the process alone.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort(new DOMException("interrupted", "AbortError"));
    Deno.removeSignalListener("SIGINT", interrupt);
  };
  Deno.addSignalListener("SIGINT", interrupt);
  return controller.signal;
}

/**
 * Goes to the folder where the user typed the command, so that relative paths are what they look like:
 * `deno task` starts commands at the repository and says in `INIT_CWD` where it was called.
 */
function goWhereTyped(): void {
  const typed = Deno.env.get("INIT_CWD");
  Deno.env.delete("INIT_CWD"); // what this process starts, it starts from where it is
  if (typed === undefined || realpathSync(Deno.cwd()) !== realpathSync(repositoryRoot)) return;
  try {
    Deno.chdir(typed);
  } catch {
    return; // it is somebody else's variable
  }
}

/**
 * Runs a command and ends the process with its exit code. Paths among its arguments start where it was typed.
 * `--help` prints the usage; errors are printed as their message alone, unless `NTD_DEBUG` is set.
 */
export async function runCommand(
  usage: string,
  command: (args: string[]) => Promise<number>,
): Promise<never> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
    console.log(usage);
    Deno.exit(0);
  }
  goWhereTyped();
  try {
    Deno.exit(await command(Deno.args));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") Deno.exit(EXIT.interrupted);
    console.error(Deno.env.get("NTD_DEBUG") || !(error instanceof Error) ? error : error.message);
    Deno.exit(error instanceof UsageError ? EXIT.usage : EXIT.failed);
  }
}
