import { cpus } from "node:os";
import { repositoryRoot } from "../disk/mod.ts";
import { statfsSync } from "node:fs";
import sharp from "sharp";
import { dataRoot } from "../data/mod.ts";
import { presetFromEnvironment, runsFolder } from "../experiments/mod.ts";
import { describeEngine, startEngine } from "../tensorflow/mod.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Free space where a folder is or will be. */
function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${gigabytes(bavail * bsize)} free`;
  } catch {
    return "will be made";
  }
}

/** A table of the engine, the machine, the versions and the folders that a notebook works with. */
export async function environment(): Promise<Displayable> {
  const engine = await startEngine();
  const { library, note } = engine;
  const rows = [
    {
      what: "training runs on",
      is: describeEngine(engine),
      where: [library && `found by ${library.foundBy}`, note].filter(Boolean).join(". "),
    },
    { what: "kernel", is: `Deno ${Deno.version.deno}`, where: `TypeScript ${Deno.version.typescript}` },
    {
      what: "images are decoded by",
      is: `sharp ${sharp.versions.sharp}`,
      where: `libvips ${sharp.versions.vips}`,
    },
    {
      what: "machine",
      is: `${coresInUse()}, ${gigabytes(Deno.systemMemoryInfo().total)} memory`,
      where: `${Deno.build.os} ${Deno.build.arch}`,
    },
    { what: "preset", is: presetFromEnvironment(), where: "NTD_PRESET, else laptop" },
    { what: "datasets are kept in", is: folderName(dataRoot()), where: freeSpace(dataRoot()) },
    { what: "records are kept in", is: folderName(runsFolder()), where: freeSpace(runsFolder()) },
  ];
  return table(rows);
}

/** "2 cores", or "1 of 2 cores" where a process may use a part of the machine. */
function coresInUse(): string {
  const [own, all] = [navigator.hardwareConcurrency, cpus().length];
  return `${own < all ? `${own} of ${all}` : own} core${all === 1 ? "" : "s"}`;
}

/** A folder as seen from the repository, so that a committed notebook does not tell where it was run. */
function folderName(path: string): string {
  return path.startsWith(repositoryRoot) ? path.slice(repositoryRoot.length) : path;
}
