/**
 * Checkpoints: the vectors of a training's state and where it stood, in one safetensors file. The newest and the one before
 * are kept; a file is written beside, flushed and renamed, so that a kill or a full disk never costs more than the steps
 * since the last one.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

/** Where a training stood. */
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
export class DamagedCheckpointError extends Error {
  override name = "DamagedCheckpointError";
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** safetensors: header length (8 bytes), header (JSON), data. The data's sha256 stands in the header's metadata. */
function encode({ values, ...progress }: Checkpoint): Uint8Array[] {
  const names = Object.keys(values);
  const total = names.reduce((sum, name) => sum + values[name].byteLength, 0);
  const data = new Uint8Array(total);
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const name of names) {
    const { buffer, byteOffset, byteLength, length } = values[name];
    data.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    header[name] = { dtype: "F32", shape: [length], data_offsets: [offset, offset += byteLength] };
  }
  header.__metadata__ = { progress: JSON.stringify(progress), sha256: sha256(data) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return [length, text, data];
}

function decode(bytes: Uint8Array<ArrayBuffer>): Checkpoint {
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw new Error("it is cut short");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const { progress, sha256: expected } = header.__metadata__;
  const data = bytes.slice(8 + headerLength);
  if (sha256(data) !== expected) throw new Error("its content does not match its checksum");
  delete header.__metadata__;
  const values: Record<string, Float32Array> = {};
  for (
    const [name, { data_offsets: [start, end] }] of Object.entries<{ data_offsets: [number, number] }>(header)
  ) {
    values[name] = new Float32Array(data.buffer, start, (end - start) / 4);
  }
  return { ...JSON.parse(progress), values };
}

/** Writes a checkpoint into a folder; the one before is kept as a second. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const [newest, previous, temporary] = [NEWEST, PREVIOUS, `${NEWEST}.tmp`].map((name) => join(folder, name));
  try {
    using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    for (const part of encode(checkpoint)) {
      for (let written = 0; written < part.length;) written += await file.write(part.subarray(written));
    }
    await file.syncData();
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`The checkpoint ${newest} could not be written; the one before is untouched.`, { cause });
  }
  await Deno.rename(newest, previous).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.rename(temporary, newest);
}

async function read(path: string): Promise<Checkpoint | undefined> {
  let bytes;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return decode(bytes);
  } catch (cause) {
    throw new DamagedCheckpointError(`The checkpoint ${path} is damaged: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/**
 * Reads a folder's newest checkpoint, or the one before it where the newest is damaged.
 *
 * @param onDamage told about each damaged file that was passed over
 * @returns `undefined` where there is no usable one
 */
export async function loadCheckpoint(
  folder: string,
  onDamage: (error: DamagedCheckpointError) => void = () => {},
): Promise<Checkpoint | undefined> {
  for (const name of [NEWEST, PREVIOUS]) {
    try {
      const checkpoint = await read(join(folder, name));
      if (checkpoint) return checkpoint;
    } catch (error) {
      if (!(error instanceof DamagedCheckpointError)) throw error;
      onDamage(error);
    }
  }
  return undefined;
}
