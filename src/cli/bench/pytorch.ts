/** PyTorch as a peer: a Python process that takes training steps when told to. */
import { join } from "node:path";

const repositoryRoot = new URL("../../../", import.meta.url).pathname;
const script = new URL("./convnext_pytorch.py", import.meta.url).pathname;

/** The version that the figures in README were measured with. */
const TORCH = "torch==2.13.0";

/** What the peer's process is told at its start. */
export interface PeerConfig {
  depths: number[];
  dims: number[];
  patch: number;
  layerScale: number;
  classes: number;
  batch: number;
  image: number;
  threads: number;
}

/** A running peer. */
export interface Peer {
  torch: string;
  parameters: number;
  /** Takes training steps and returns the seconds that they took. */
  steps(precision: "float32" | "bfloat16", count: number): Promise<number>;
  close(): Promise<void>;
}

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

/**
 * A Python with PyTorch: `NTD_PYTORCH` (path of a Python), else the environment `.venv-pytorch`.
 *
 * @param install whether to make `.venv-pytorch` where there is none
 * @returns `undefined` where there is none
 */
export async function findPyTorch(install: boolean): Promise<string | undefined> {
  const folder = join(repositoryRoot, ".venv-pytorch");
  const own = join(folder, "bin", "python");
  const python = Deno.env.get("NTD_PYTORCH") || own;
  if (await canImportTorch(python)) return python;
  if (!install) return undefined;
  await installTorch(own, folder);
  return own;
}

/** Starts the peer. */
export async function startPeer(python: string, config: PeerConfig): Promise<Peer> {
  const process = new Deno.Command(python, { args: [script], stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const encoder = new TextEncoder();
  let rest = "";
  const ask = async (question: string) => {
    await writer.write(encoder.encode(question + "\n"));
    while (!rest.includes("\n")) {
      const { value, done } = await lines.read();
      if (done) throw new Error("PyTorch's process ended early; its message is above.");
      rest += value;
    }
    const end = rest.indexOf("\n");
    const answer = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end + 1);
    return answer;
  };
  const { torch, parameters } = await ask(JSON.stringify(config));
  return {
    torch,
    parameters,
    steps: async (precision, count) => (await ask(`${precision} ${count}`)).seconds,
    close: async () => {
      await writer.close();
      await process.status;
    },
  };
}
