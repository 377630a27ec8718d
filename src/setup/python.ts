/** The search for a Python that everything needed can be installed for. */
import { PYTHON_RANGE, pythonFits, SetupError } from "./machine.ts";

/** A Python on this machine. */
export interface Python {
  /** Name or path to start it by. */
  program: string;
  version: readonly [number, number];
  /** Whether it can make virtual environments that have pip. */
  hasVenv: boolean;
}

/** Names that are tried, in order: what a person would type first, then exact versions, newest first. */
export const PYTHON_NAMES = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];

const PROBE = `import json, sys, importlib.util as u
print(json.dumps({"version": sys.version_info[:2], "hasVenv": all(u.find_spec(m) for m in ("venv", "ensurepip"))}))`;

async function probe(program: string): Promise<Python | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args: ["-c", PROBE], stderr: "null" })
      .output();
    return success ? { program, ...JSON.parse(new TextDecoder().decode(stdout)) } : undefined;
  } catch {
    return undefined; // not on this machine, or not a Python
  }
}

/**
 * The first Python that everything needed can be installed for.
 *
 * @throws {SetupError} one sentence: no Python at all, none that fits, or one without the venv module
 */
export async function findPython(names: readonly string[] = PYTHON_NAMES): Promise<Python> {
  const found: Python[] = [];
  for (const name of names) {
    const python = await probe(name);
    if (python && pythonFits(python.version) && python.hasVenv) return python;
    if (python) found.push(python);
  }
  throw new SetupError(whyNone(found));
}

/** The sentence for a machine on which no Python will do. */
export function whyNone(found: readonly Python[]): string {
  if (found.length === 0) {
    return `Python ${PYTHON_RANGE} is needed and there is no python3 on the PATH: install it (Debian, Ubuntu: ` +
      "`sudo apt-get install python3 python3-venv`) and run the same command again.";
  }
  const fitting = found.find(({ version }) => pythonFits(version));
  if (fitting) {
    const version = fitting.version.join(".");
    return `Python ${version} (${fitting.program}) cannot make virtual environments: install its venv module ` +
      `(Debian, Ubuntu: \`sudo apt-get install python${version}-venv\`) and run the same command again.`;
  }
  const versions = [...new Set(found.map(({ version }) => version.join(".")))].join(", ");
  return `Python ${PYTHON_RANGE} is needed and this machine has only ${versions}: install one of them beside it and run the ` +
    "same command again.";
}
