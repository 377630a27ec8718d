/** Python packages that few commands use, each in an environment of its own. */
import { join } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";
import { runTethered } from "./installers.ts";
import { findPython } from "./python.ts";
import { holdVenv } from "./state.ts";

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
export async function installCommand(wanted: OwnPackage): Promise<string> {
  const { python, own, folder } = placesOf(wanted);
  const install = `${quoted(python)} -m pip install ${wanted.packages.map(quoted).join(" ")}`;
  if (python !== own) return install;
  const maker = await findPython().then(({ program }) => program, () => "python3");
  return `${maker} -m venv ${quoted(folder)} && ${install}`;
}

/** A word as a shell takes it. */
const quoted = (word: string) => /^[\w./=,:+@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/**
 * A Python that has the package: the one that the variable names, or else that of the package's environment,
 * which is made where it is missing, of a Python that set-up takes too. Of two at once, the second waits.
 *
 * @throws {SetupError} when no Python here will do
 * @throws {Error} when it cannot be installed
 */
export async function findOwnPython(wanted: OwnPackage): Promise<string> {
  const { variable, module, packages, takes } = wanted;
  const { python, own, folder } = placesOf(wanted);
  const known = await knownOwnPython(wanted);
  if (known) return known;
  if (python !== own) {
    throw new Error(
      `${variable}: ${python} cannot import ${module}; install it: ${await installCommand(wanted)}`,
    );
  }
  const { program } = await findPython();
  using _held = await holdVenv(folder, () => console.error(`Waiting for who installs into ${folder} …`));
  if (await canImport(own, module)) return own; // the one that was waited for has installed it
  console.error(`Installing ${packages[0]} into ${folder}: ${takes}.`);
  await install(wanted, program, "venv", folder);
  await install(wanted, own, "pip", "install", "--quiet", ...packages);
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
async function install(wanted: OwnPackage, program: string, ...args: string[]): Promise<void> {
  const { success, output } = await runTethered("pip", program, args, {});
  if (success) return;
  const { packages: [name], variable } = wanted;
  const said = output.trim().split("\n").at(-1);
  throw new Error(
    `${name} could not be installed: "${program} -m ${args.join(" ")}" failed: ${said}. ` +
      `Remove ${placesOf(wanted).folder} and run the same command again, ` +
      `or name in ${variable} a Python that has it.`,
  );
}
