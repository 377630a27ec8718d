/** Identity: two experiments are the same when their hashes are. */
import { createHash } from "node:crypto";
import type { Interpolation } from "../../images/mod.ts";
import type { Model } from "../../models/mod.ts";
import type { Mix, PretrainingRecipe } from "../../train/mod.ts";
import { ExperimentError } from "../check.ts";

/** JSON with sorted keys: the same text for equal objects. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      part && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}

/** The first 16 hex digits of the sha256 of a value's canonical JSON. */
export function identityOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}

/**
 * A recipe without the fields that are off, such that the hash is the same whether they are off or left out,
 * and without `accumulate`, which has no bearing on the outcome but for batch norm's.
 *
 * @param network that it trains; made only where it is asked about
 */
export function recipeIdentity<R extends PretrainingRecipe & { mix?: Mix | null }>(
  { mix, accumulate = 1, ...recipe }: R,
  network: () => Pick<Model, "buffers">,
) {
  const hasBatchNorm = () => network().buffers.some(({ name }) => name.endsWith(".running_mean"));
  return { ...recipe, ...(mix && { mix }), ...(accumulate > 1 && hasBatchNorm() && { accumulate }) };
}

/** The filter of inference, unless it is the one that its absence says. */
export function inferenceIdentity(inferenceInterpolation?: Interpolation) {
  return inferenceInterpolation === "bicubic" ? { inferenceInterpolation } : {};
}

/** Bytes that are read at a time. */
const CHUNK = 1 << 22;

/**
 * Digests so far, by path, size and time of the last change, since a file of weights is large and is asked
 * for often.
 */
const known = new Map<string, string>();

/**
 * The sha256 of a file's content, hex.
 *
 * @throws {ExperimentError} where there is no such file, or a folder
 */
export function sha256OfFile(path: string): string {
  let file;
  try {
    file = Deno.openSync(path);
  } catch (cause) {
    throw new ExperimentError(`${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  using opened = file;
  const { size, mtime, isDirectory } = opened.statSync();
  if (isDirectory) throw new ExperimentError(`${path} is a folder; name a file of weights.`);
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
