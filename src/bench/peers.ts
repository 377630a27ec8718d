/** The Python programs that the benchmarks compare with: finding, installing and starting them. */
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../disk/mod.ts";
import { type Answering, startAnswering } from "./process.ts";
import type { Augmentation } from "../images/mod.ts";
import { randomCrop } from "../images/mod.ts";

/** A Python package that a benchmark compares with. */
export interface PythonPeer {
  /** Environment variable that may name a Python that has the package. */
  variable: string;
  /** Folder of its own environment, in the repository. */
  environment: string;
  /** Name of the module to import. */
  module: string;
  /** Requirements for pip; the peer itself, with its version, is the first. */
  packages: readonly string[];
  /** Time and disk that installing takes, in words. */
  takes: string;
}

/**
 * A Python that has the peer: the one that the variable names, or else that of the peer's own environment,
 * which is made where it is missing.
 *
 * @throws {Error} when it cannot be installed
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

/** @throws {Error} with the program's last line of output, when it fails */
async function install({ packages: [name] }: PythonPeer, program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim().split("\n")
    .at(-1);
  throw new Error(`${name} could not be installed: "${program} ${args.join(" ")}" failed: ${said}`);
}

/**
 * Random-resized-crop by a random filter, flip, RandAugment, erasing: the most that timm's
 * recipes apply to an image.
 */
export const RECIPE: Augmentation = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  erase: { probability: 0.25, mode: "const", area: [0.02, 1 / 3], count: 1 },
};

const WITHOUT_TIMM = "timm's figures stay empty. For them, install torch, torchvision and timm with pip " +
  "(about 1 GB) into an environment of your own, and name its Python in NTD_PYTORCH.";

/**
 * Starts a script of this folder that applies {@link RECIPE} by timm.
 *
 * @returns undefined where `NTD_PYTORCH` names no Python that has timm
 */
export function startTimm(script: string): Answering | undefined {
  const python = Deno.env.get("NTD_PYTORCH");
  if (!python || !hasTimm(python)) {
    console.error(`${python ? `${python} has no timm` : "NTD_PYTORCH is not set"}: ${WITHOUT_TIMM}`);
    return undefined;
  }
  return startAnswering([python, besideModule(import.meta.url, script)], "timm");
}

function hasTimm(python: string): boolean {
  const output = new Deno.Command(python, { args: ["-c", "import timm"], stdout: "null", stderr: "null" });
  return output.outputSync().success;
}
