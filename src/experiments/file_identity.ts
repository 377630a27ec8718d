import { createHash } from "node:crypto";
import { ExperimentError } from "./experiment.ts";

/** Bytes that are read at a time. */
const CHUNK = 1 << 22;

/** What was computed, by path, size and time of the last change: a file of weights is large and is asked for often. */
const known = new Map<string, string>();

/**
 * The sha256 of a file's content, hex.
 *
 * @throws {ExperimentError} where there is no such file
 */
export function sha256OfFile(path: string): string {
  let file;
  try {
    file = Deno.openSync(path);
  } catch (cause) {
    throw new ExperimentError(`features.path: ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  using opened = file;
  const { size, mtime } = opened.statSync();
  const state = `${path} ${size} ${mtime?.getTime()}`;
  const digest = known.get(state) ?? digestOf(opened);
  known.set(state, digest);
  return digest;
}

function digestOf(file: Deno.FsFile): string {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK);
  for (let got = file.readSync(chunk); got !== null; got = file.readSync(chunk)) {
    hash.update(chunk.subarray(0, got));
  }
  return hash.digest("hex");
}
