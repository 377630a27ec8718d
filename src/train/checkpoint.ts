/**
 * Checkpoints: the vectors of a training's state and where it stood, in one safetensors file. The newest and
 * the one before are kept; a file is written beside, flushed and renamed, so that a kill or a full disk never
 * costs more than the steps since the last one.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { openSafetensors, readFloats, SafetensorsError, writeSafetensors } from "../models/mod.ts";

/** The state of a training, as a checkpoint keeps it. */
export interface Checkpoint {
  /** Epochs that are finished, evaluation included. */
  epochs: number;
  /** Optimizer steps taken. */
  step: number;
  /** Sum of the training losses of the current epoch's steps. */
  epochLoss: number;
  /** Seconds spent in the current epoch. */
  epochSeconds: number;
  /** Seconds of these in which the network waited for images. */
  epochWait: number;
  /** The state's vectors. */
  values: Record<string, Float32Array>;
}

const NEWEST = "checkpoint.safetensors", PREVIOUS = "checkpoint.previous.safetensors";

/** A checkpoint file that cannot be trusted; the message says which and why. */
class DamagedCheckpointError extends Error {
  override name = "DamagedCheckpointError";
}

/** The sha256 of vectors one after another, hex. */
function sha256(vectors: Iterable<Float32Array>): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of vectors) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}

async function write(path: string, { values, ...progress }: Checkpoint): Promise<void> {
  const tensors = Object.entries(values).map(([name, values]) =>
    [name, { shape: [values.length], values }] as const
  );
  const metadata = { progress: JSON.stringify(progress), sha256: sha256(Object.values(values)) };
  await writeSafetensors(path, tensors, metadata);
}

/** Writes a checkpoint into a folder; the one before is kept as a second. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const [newest, previous, temporary] = [NEWEST, PREVIOUS, `${NEWEST}.tmp`].map((name) => join(folder, name));
  try {
    await write(temporary, checkpoint);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`The checkpoint ${newest} could not be written; the one before is untouched.`, { cause });
  }
  await Deno.rename(newest, previous).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.rename(temporary, newest);
}

function read(path: string): Checkpoint | undefined {
  try {
    using file = openSafetensors(path);
    const values = Object.fromEntries([...file.tensors.keys()].map((name) => [name, readFloats(file, name)]));
    if (sha256(Object.values(values)) !== file.metadata.sha256) {
      throw new SafetensorsError(path, "its content does not match its checksum");
    }
    return { ...JSON.parse(file.metadata.progress), values };
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    if (!(cause instanceof SafetensorsError || cause instanceof SyntaxError)) throw cause;
    const fault = cause instanceof SafetensorsError ? cause.fault : "its progress cannot be read.";
    throw new DamagedCheckpointError(`The checkpoint ${path} is damaged: ${fault}`, { cause });
  }
}

/**
 * Reads a folder's newest checkpoint, or the one before it where the newest is damaged.
 *
 * @param onDamage told about each damaged file that was passed over
 * @returns `undefined` where there is no usable one
 */
export function loadCheckpoint(
  folder: string,
  onDamage: (error: DamagedCheckpointError) => void = () => {},
): Checkpoint | undefined {
  for (const name of [NEWEST, PREVIOUS]) {
    try {
      const checkpoint = read(join(folder, name));
      if (checkpoint) return checkpoint;
    } catch (error) {
      if (!(error instanceof DamagedCheckpointError)) throw error;
      onDamage(error);
    }
  }
  return undefined;
}

/** Removes a folder's checkpoints, once nothing goes on from them. */
export async function removeCheckpoints(folder: string): Promise<void> {
  for (const name of [NEWEST, PREVIOUS]) {
    await Deno.remove(join(folder, name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
