/** Python packages that few commands use, each in an environment of its own. */
import { join } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";

/** A Python package with an environment of its own, which is made when it is asked for. */
export interface OwnPackage {
  /** Environment variable that may name a Python that has the package. */
  variable: string;
  /** Folder of its own environment, in the repository. */
  environment: string;
  /** Name of the module to import. */
  module: string;
  /** Requirements for pip; the package itself, with its version, is the first. */
  packages: readonly string[];
  /** Time and disk that installing takes, in words. */
  takes: string;
}

/** Ray, for sweeps on clusters and for the benchmark of it. */
export const RAY: OwnPackage = {
  variable: "NTD_RAY",
  environment: ".venv-ray",
  module: "ray",
  packages: ["ray[client]==2.60.0"],
  takes: "a minute, about 300 MB",
};

/** Where the package is looked for: in the Python that the variable names, or in its own environment's. */
function placesOf({ variable, environment }: OwnPackage): { python: string; own: string; folder: string } {
  const folder = join(repositoryRoot, environment);
  const own = join(folder, "bin", "python");
  return { python: Deno.env.get(variable) || own, own, folder };
}

/** A Python that has the package; undefined where none has it yet. Nothing is installed. */
export async function knownOwnPython(wanted: OwnPackage): Promise<string | undefined> {
  const { python } = placesOf(wanted);
  return await canImport(python, wanted.module) ? python : undefined;
}

/** The command that gives the package to the Python in which it is looked for. */
export function installCommand(wanted: OwnPackage): string {
  const { variable, environment, packages } = wanted;
  const named = Deno.env.get(variable);
  const make = named ? "" : `python3 -m venv ${environment} && `;
  return `${make}${named || `${environment}/bin/python`} -m pip install ${packages.join(" ")}`;
}

/**
 * A Python that has the package: the one that the variable names, or else that of the package's environment,
 * which is made where it is missing.
 *
 * @throws {Error} when it cannot be installed
 */
export async function findOwnPython(wanted: OwnPackage): Promise<string> {
  const { variable, module, packages, takes } = wanted;
  const { python, own, folder } = placesOf(wanted);
  const known = await knownOwnPython(wanted);
  if (known) return known;
  if (python !== own) throw new Error(`${variable}: ${python} cannot import ${module}.`);
  console.error(`Installing ${packages[0]} into ${folder}: ${takes}.`);
  await install(wanted, "python3", "-m", "venv", folder);
  await install(wanted, own, "-m", "pip", "install", "--quiet", ...packages);
  return own;
}

async function canImport(python: string, module: string): Promise<boolean> {
  const args = ["-c", `import ${module}`];
  try {
    return (await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** @throws {Error} with the program's last line of output, when it fails */
async function install({ packages: [name] }: OwnPackage, program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim().split("\n")
    .at(-1);
  throw new Error(`${name} could not be installed: "${program} ${args.join(" ")}" failed: ${said}`);
}
