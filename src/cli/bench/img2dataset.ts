/** Finds or installs the img2dataset that fetching is compared with, and runs it. */
import { join } from "node:path";
import { repositoryRoot } from "../setup.ts";

/** The version that is installed. */
const IMG2DATASET = "img2dataset==1.47.0";

/** What a download came to. */
export interface Downloaded {
  images: number;
  /** From call to return. */
  seconds: number;
  /** Of these, from the beginning of work on the first images to the end of work on the last: without the start of processes. */
  working: number;
}

async function canImportImg2dataset(python: string): Promise<boolean> {
  const args = ["-c", "import img2dataset"];
  try {
    return (await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/**
 * A Python with img2dataset: `NTD_IMG2DATASET` (path of a Python), else the environment `.venv-img2dataset`, which is made where
 * there is none.
 *
 * @throws Error when it cannot be installed
 */
export async function findImg2dataset(): Promise<string> {
  const folder = join(repositoryRoot, ".venv-img2dataset");
  const own = join(folder, "bin", "python");
  const python = Deno.env.get("NTD_IMG2DATASET") || own;
  if (await canImportImg2dataset(python)) return python;
  if (python !== own) throw new Error(`NTD_IMG2DATASET: ${python} cannot import img2dataset.`);
  console.error(`Installing ${IMG2DATASET} into ${folder}: a minute or two, about 700 MB.`);
  await install("python3", "-m", "venv", folder);
  await install(own, "-m", "pip", "install", "--quiet", IMG2DATASET);
  return own;
}

/** @throws Error with the last line of what the program said, when it fails */
async function install(program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trim().split("\n")
    .at(-1);
  throw new Error(`${IMG2DATASET} could not be installed: "${program} ${args.join(" ")}" failed: ${said}`);
}

/**
 * Downloads the addresses of a file (one a line) into a folder that must not exist, stored as `fetchImages` stores them: shorter
 * side at most `shorterSide`, JPEG, WebDataset shards, sha256.
 *
 * @throws Error when it fails
 */
export async function runImg2dataset(
  python: string,
  { list, folder, connections, processes, shorterSide, quality, imagesPerShard }: {
    list: string;
    folder: string;
    /** At the same time, all processes together. */
    connections: number;
    processes: number;
    shorterSide: number;
    quality: number;
    imagesPerShard: number;
  },
): Promise<Downloaded> {
  const options = {
    url_list: list,
    output_folder: folder,
    output_format: "webdataset",
    resize_mode: "keep_ratio", // makes the shorter side `image_size`
    image_size: shorterSide,
    resize_only_if_bigger: true,
    encode_quality: quality,
    compute_hash: "sha256",
    number_sample_per_shard: imagesPerShard,
    processes_count: processes,
    thread_count: Math.ceil(connections / processes),
  };
  const script = new URL("./img2dataset_download.py", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [script, JSON.stringify(options)],
    env: { NO_ALBUMENTATIONS_UPDATE: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`img2dataset failed: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!);
}
