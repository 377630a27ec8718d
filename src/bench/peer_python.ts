/** Finds or installs the Python packages that the benchmarks compare with. */
import { join } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";

/** What a benchmark compares with. */
export interface PythonPeer {
  /** Environment variable that may name a Python which has it. */
  variable: string;
  /** Folder of its own environment, in the repository. */
  environment: string;
  /** What is imported. */
  module: string;
  /** What is installed, for pip: the peer, with its version, first. */
  packages: readonly string[];
  /** What installing takes, in words. */
  takes: string;
}

/**
 * A Python that has a peer: the one that the variable names, else that of the peer's environment, which is made where there is none.
 *
 * @throws Error when it cannot be installed
 */
export async function findPeer(peer: PythonPeer): Promise<string> {
  const { variable, environment, module, packages, takes } = peer;
  const folder = join(repositoryRoot, environment);
  const own = join(folder, "bin", "python");
  const python = Deno.env.get(variable) || own;
  if (await canImport(python, module)) return python;
  if (python !== own) throw new Error(`${variable}: ${python} cannot import ${module}.`);
  console.error(`Installing ${packages[0]} into ${folder}: ${takes}.`);
  await install(peer, "python3", "-m", "venv", folder);
  await install(peer, own, "-m", "pip", "install", "--quiet", ...packages);
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

/** @throws Error with the last line of what the program said, when it fails */
async function install({ packages: [name] }: PythonPeer, program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim().split("\n")
    .at(-1);
  throw new Error(`${name} could not be installed: "${program} ${args.join(" ")}" failed: ${said}`);
}
