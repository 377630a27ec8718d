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

/**
 * A Python that has the package: the one that the variable names, or else that of the package's environment,
 * which is made where it is missing.
 *
 * @throws {Error} when it cannot be installed
 */
export async function findOwnPython(wanted: OwnPackage): Promise<string> {
  const { variable, environment, module, packages, takes } = wanted;
  const folder = join(repositoryRoot, environment);
  const own = join(folder, "bin", "python");
  const python = Deno.env.get(variable) || own;
  if (await canImport(python, module)) return python;
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
