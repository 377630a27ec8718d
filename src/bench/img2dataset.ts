/** Finds or installs the img2dataset that fetching is compared with, and runs it. */
import { besideModule } from "../disk/mod.ts";
import { findPeer } from "./peer_python.ts";

/** What a download came to. */
export interface Downloaded {
  images: number;
  /** From call to return. */
  seconds: number;
  /** Of these, from the beginning of work on the first images to the end of work on the last: without the start of processes. */
  working: number;
}

/**
 * A Python with img2dataset, `.venv-img2dataset` or the one that `NTD_IMG2DATASET` names.
 *
 * @throws Error when it cannot be installed
 */
export function findImg2dataset(): Promise<string> {
  return findPeer({
    variable: "NTD_IMG2DATASET",
    environment: ".venv-img2dataset",
    module: "img2dataset",
    packages: ["img2dataset==1.47.0"],
    takes: "a minute or two, about 700 MB",
  });
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
  const script = besideModule(import.meta.url, "./img2dataset_download.py");
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [script, JSON.stringify(options)],
    env: { NO_ALBUMENTATIONS_UPDATE: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`img2dataset failed: ${text.decode(stderr).trim().split("\n").at(-1)}`);
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!);
}
