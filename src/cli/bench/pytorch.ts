/** Finds or installs the PyTorch that the benchmarks compare with. */
import { join } from "node:path";
import { repositoryRoot } from "../setup.ts";

/** The version that the figures in README were measured with. */
const TORCH = "torch==2.13.0";

async function canImportTorch(python: string): Promise<boolean> {
  try {
    const command = new Deno.Command(python, {
      args: ["-c", "import torch"],
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

async function installTorch(python: string, folder: string): Promise<void> {
  console.error(`Installing ${TORCH} into ${folder}: a few minutes, about 1 GB.`);
  for (
    const [program, args] of [
      ["python3", ["-m", "venv", folder]],
      [python, ["-m", "pip", "install", "--quiet", TORCH, "numpy"]],
    ] as const
  ) {
    const { success } = await new Deno.Command(program, { args: [...args], stdout: "null" }).output();
    if (!success) throw new Error(`PyTorch could not be installed: "${program} ${args.join(" ")}" failed.`);
  }
}

/** A Python with PyTorch: `NTD_PYTORCH` (path of a Python), else the environment `.venv-pytorch`, which is made where there is none. */
export async function findPyTorch(): Promise<string> {
  const folder = join(repositoryRoot, ".venv-pytorch");
  const own = join(folder, "bin", "python");
  const python = Deno.env.get("NTD_PYTORCH") || own;
  if (await canImportTorch(python)) return python;
  if (python !== own) throw new Error(`NTD_PYTORCH: ${python} cannot import torch.`);
  await installTorch(own, folder);
  return own;
}
