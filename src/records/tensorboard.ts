/** TensorBoard's event files, with the learning curves of runs. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { replaceFile } from "../disk/mod.ts";
import { RunFolder } from "../experiments/mod.ts";
import type { RunSummary } from "./summary.ts";

/** One point of a curve. */
export interface Scalar {
  /** Name of the curve; TensorBoard groups them by what is before the slash: "validation/accuracy". */
  tag: string;
  /** Optimizer steps. */
  step: number;
  /** Rounded to float32. */
  value: number;
  /** Seconds since 1970. */
  wallTime: number;
}

/**
 * Name of the file within a run's folder. It stays the same, such that a run that is written again replaces
 * what was there: TensorBoard reads every file with `tfevents` in its name.
 */
const EVENT_FILE = "events.out.tfevents.0.name-that-dataset";

/**
 * Writes the curves of a run as `<folder>/<datasets>_<model>_…_<hash>/events.out.tfevents…`.
 *
 * @param root folder of the records
 * @returns the number of points; 0 for a run that is damaged, or has neither epochs nor a result: nothing is
 *   written of it
 */
export async function writeEvents(run: RunSummary, root: string, folder: string): Promise<number> {
  if (run.state === "damaged") return 0;
  const points = scalarsOf(run, await new RunFolder(run.hash, root).epochs() as EpochLine[]);
  if (points.length === 0) return 0;
  const path = join(folder, runName(run));
  await Deno.mkdir(path, { recursive: true });
  const bytes = eventFile(points);
  await replaceFile(join(path, EVENT_FILE), (temporary) => Deno.writeFile(temporary, bytes));
  return points.length;
}

/** "tabler+mdi_resnet_tiny_900_seed1_1386f70d": what TensorBoard lists, and filters by. */
function runName({ hash, kind, datasets, model, imagesPerDataset, seed }: RunSummary): string {
  const seeded = seed === undefined ? undefined : `seed${seed}`;
  const parts = [
    kind === "classifier" ? undefined : kind,
    datasets.join("+"),
    model,
    imagesPerDataset,
    seeded,
  ];
  const named = parts.filter((part) => part !== undefined && part !== "");
  return [...named, hash.slice(0, 8)].join("_").replaceAll(/[^\w.+-]+/g, "-");
}

/** The fields of an epoch that become curves. */
interface EpochLine {
  step: number;
  seconds: number;
  [field: string]: unknown;
}

/** Curves by their tags, and the field of an epoch that each is. */
const CURVES: Record<string, string> = {
  "train/loss": "trainLoss",
  "train/learningRate": "learningRate",
  "train/inputWait": "inputWait",
  "train/epoch": "epoch",
  "train/seconds": "seconds",
  "validation/loss": "validationLoss",
  "validation/accuracy": "validation.value",
  "validation/accuracyLow": "validation.low",
  "validation/accuracyHigh": "validation.high",
};

/**
 * The points of a run: a step is an optimizer step, and the result is at the last one. A record does not keep
 * when an epoch ended: times are counted back from the run's end by the seconds that each epoch took.
 */
function scalarsOf({ result, changedAt }: RunSummary, epochs: readonly EpochLine[]): Scalar[] {
  const scalars: Scalar[] = [];
  let wallTime = changedAt / 1000 - epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  for (const line of epochs) {
    wallTime += line.seconds;
    for (const [tag, path] of Object.entries(CURVES)) {
      const value = path.split(".").reduce((at, key) => (at as EpochLine)?.[key], line as unknown);
      if (typeof value === "number") scalars.push({ tag, step: line.step, value, wallTime });
    }
  }
  const ends = {
    accuracy: result?.accuracy?.value,
    trainingAccuracy: result?.training?.value,
    chance: result?.chance,
  };
  for (const [name, value] of Object.entries(ends)) {
    if (value === undefined) continue;
    scalars.push({
      tag: `result/${name}`,
      step: epochs.at(-1)?.step ?? 0,
      value,
      wallTime: changedAt / 1000,
    });
  }
  return scalars;
}

/**
 * An event file: TFRecords of `Event` messages (tensorflow/core/util/event.proto), the first of which names
 * the version of the format.
 */
export function eventFile(scalars: readonly Scalar[]): Uint8Array {
  const version = [double(1, scalars[0]?.wallTime ?? 0), text(3, "brain.Event:2")];
  const events = scalars.map(({ tag, step, value, wallTime }) => [
    double(1, wallTime),
    varint(2, step),
    message(5, [message(1, [text(1, tag), float(2, value)])]), // summary { value { tag, simple_value } }
  ]);
  return joined([version, ...events].flatMap((fields) => record(joined(fields))));
}

/** A TFRecord: length, its checksum, the bytes, their checksum. */
function record(bytes: Uint8Array): Uint8Array[] {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return [length, masked(length), bytes, masked(bytes)];
}

/** The masked CRC-32C of TFRecords, 4 bytes. */
function masked(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, ((crc >>> 15 | crc << 17) + 0xa282ead8) >>> 0, true);
  return sum;
}

/** Remainders of single bytes by Castagnoli's polynomial, reflected. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder >>> 1 ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** CRC-32C (Castagnoli), as RFC 3720 has it. */
export function crc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = crc >>> 8 ^ REMAINDERS[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

/** Types of fields in protobuf's wire format. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 };

const tagOf = (field: number, wire: keyof typeof WIRE): number[] => digits(field << 3 | WIRE[wire]);

/** A whole number, 0 or more, in groups of 7 bits, the lowest first. */
function digits(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...digits(Math.floor(value / 128))];
}

const varint = (field: number, value: number) =>
  Uint8Array.from([...tagOf(field, "varint"), ...digits(value)]);

function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...tagOf(field, "bytes"), ...digits(bytes.length), ...bytes]);
}

const text = (field: number, value: string) => bytesField(field, new TextEncoder().encode(value));

const message = (field: number, fields: Uint8Array[]) => bytesField(field, joined(fields));

function double(field: number, value: number): Uint8Array {
  return Uint8Array.from([...tagOf(field, "fixed64"), ...new Uint8Array(Float64Array.of(value).buffer)]);
}

function float(field: number, value: number): Uint8Array {
  return Uint8Array.from([...tagOf(field, "fixed32"), ...new Uint8Array(Float32Array.of(value).buffer)]);
}

const joined = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
