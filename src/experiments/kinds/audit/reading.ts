/** The images of an audit: which are chosen, and what each kind of evidence says of them. */
import { type Original, type Originals, sampleOriginals } from "../../../data/mod.ts";
import { type EvidenceName, evidenceOf, type EvidenceReader, type Sighting } from "../../../evidence/mod.ts";
import {
  type Decoded,
  type Decoders,
  DECODES_IN_FLIGHT,
  ImageFailure,
  inOrder,
  startDecoders,
} from "../../../images/mod.ts";
import type { Session } from "../../session.ts";
import type { ImageFacts, ReadingSettings } from "./process.ts";
import { imageKey, type ImageName } from "./exemplars.ts";
import type { Audit, AuditRecord } from "./schema.ts";

/** An image that was read. */
export interface AuditedImage extends Pick<Original, "name" | "group" | "place"> {
  /** The place of its dataset. */
  dataset: number;
  sha256: string;
  perceptualHash: string;
}

/** What was read of the images of all datasets, one dataset after another. */
export interface Reading {
  images: AuditedImage[];
  unread: { dataset: number; name: string; reason: string }[];
  /** For each kind of evidence, [images, columns], row by row. */
  vectors: Map<EvidenceName, Vectors>;
  /**
   * Reads some of the images again, in their order.
   *
   * @throws {Error} where one can be read no more
   */
  again(images: readonly AuditedImage[]): Promise<Sighting[]>;
}

/** [rows, columns] */
interface Vectors {
  values: Float32Array;
  columns: number;
}

/** Images that kinds of evidence may be fitted to, of all datasets together. */
const TRAINING = 128;

/** Images whose vectors are made together. */
const BATCH = 64;

/** The program of the processes that decode images. */
const PROGRAM = new URL("./process.ts", import.meta.url);

/** Chooses the images of each dataset. */
export async function choose({ datasets, imagesPerDataset, seed }: Audit): Promise<Originals[]> {
  const chosen: Originals[] = [];
  for (const name of datasets) chosen.push(await sampleOriginals(name, { most: imagesPerDataset, seed }));
  return chosen;
}

/** What a reading is to give, and of what. */
interface Wish {
  chosen: readonly Originals[];
  evidence: readonly EvidenceName[];
  /** An earlier reading: the same images are read, and one that cannot be read now is an error. */
  known?: Reading;
  session: Pick<Session<AuditRecord>, "options" | "label">;
}

/**
 * Reads the chosen images once. They are decoded in processes of their own, and no more than a batch is in
 * memory at a time. Kinds of evidence that are fitted are so to images of all datasets, without their labels.
 *
 * @throws {Error} where an image can be read no more
 * @throws the signal's reason when aborted
 */
export async function readImages(audit: Audit, wish: Wish): Promise<Reading> {
  const { sameEncoding, seed } = audit;
  const { chosen, evidence, known, session: { options: { signal, onProgress }, label } } = wish;
  const ofFiles = evidence.filter((name) => evidenceOf(name).needs === "file");
  const ofPictures = evidence.filter((name) => evidenceOf(name).needs === "image");
  const settings: ReadingSettings = { ofFiles, seed, sameEncoding };
  using decoders = startDecoders<ImageFacts>(PROGRAM, settings, { signal });
  using readers = await startReaders(ofPictures, seed, () => trainingOf(wish, decoders));
  const isWanted = wantedOf(known);
  const total = known?.images.length ?? chosen.reduce((sum, { names }) => sum + names.length, 0);
  const again = (images: readonly AuditedImage[]) => readAgain(audit, images, wish);
  const reading: Reading = { images: [], unread: [], vectors: new Map(), again };
  const kept = (name: EvidenceName, rows: Float32Array, first: number, columns: number) => {
    if (!reading.vectors.has(name)) {
      reading.vectors.set(name, { values: new Float32Array(total * columns), columns });
    }
    reading.vectors.get(name)!.values.set(rows, first * columns);
  };
  let waiting: Sighting[] = [];
  const flush = async () => {
    for (const [name, reader] of readers.of) {
      const rows = await reader.vectorsOf(waiting);
      kept(name, rows, reading.images.length - waiting.length, reader.columns);
    }
    waiting = [];
  };
  let done = 0;
  for (const [dataset, { images }] of chosen.entries()) {
    const some = only(images(), ({ name }) => isWanted({ dataset, name }));
    for await (const { original: { name, group, place }, read, reason } of readInOrder(some, decoders)) {
      onProgress?.({ phase: "features", label, done: ++done, total });
      if (!read) {
        if (known) throw new Error(`${place ?? name} could be read before, and cannot now: ${reason}`);
        reading.unread.push({ dataset, name, reason: reason! });
        continue;
      }
      const { values, sighting } = unpacked(read);
      values.forEach((row, i) => kept(ofFiles[i], row, reading.images.length, row.length));
      const { sha256, perceptualHash } = read.facts;
      reading.images.push({ dataset, name, group, place, sha256, perceptualHash });
      waiting.push(sighting);
      if (waiting.length === BATCH) await flush();
    }
  }
  if (waiting.length > 0) await flush();
  for (const [name, { values, columns }] of reading.vectors) {
    reading.vectors.set(name, { values: values.subarray(0, reading.images.length * columns), columns });
  }
  return reading;
}

function wantedOf(known?: Reading): (image: ImageName) => boolean {
  if (!known) return () => true;
  const names = new Set(known.images.map(imageKey));
  return (image) => names.has(imageKey(image));
}

async function* only<T>(items: AsyncIterable<T>, isWanted: (item: T) => boolean): AsyncGenerator<T> {
  for await (const item of items) if (isWanted(item)) yield item;
}

/** Readers of kinds of evidence; disposing them disposes each. */
interface Readers extends Disposable {
  of: [EvidenceName, EvidenceReader][];
}

async function startReaders(
  names: readonly EvidenceName[],
  seed: number,
  training: () => Promise<Sighting[]>,
): Promise<Readers> {
  using made = new DisposableStack();
  const fittedTo = names.some((name) => evidenceOf(name).isFitted) ? await training() : [];
  const of: Readers["of"] = [];
  for (const name of names) of.push([name, made.use(await evidenceOf(name).prepare(fittedTo, seed))]);
  const stack = made.move();
  return { of, [Symbol.dispose]: () => stack.dispose() };
}

/** As many images of each dataset, spread over those that were read. */
async function trainingOf({ chosen, known }: Wish, decoders: Decoders<ImageFacts>): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  for (const [dataset, { images, names }] of chosen.entries()) {
    const read = known
      ? known.images.filter((image) => image.dataset === dataset)
      : names.map((name) => ({ name }));
    const step = Math.max(1, read.length * chosen.length / TRAINING);
    const some = new Set<string>();
    for (let at = 0; at < read.length; at += step) some.add(read[Math.floor(at)].name);
    for await (const { read } of readInOrder(only(images(), ({ name }) => some.has(name)), decoders)) {
      if (read) sightings.push(unpacked(read).sighting);
    }
  }
  return sightings;
}

async function readAgain(
  { sameEncoding, seed }: Audit,
  wanted: readonly AuditedImage[],
  { chosen, session: { options: { signal } } }: Pick<Wish, "chosen" | "session">,
): Promise<Sighting[]> {
  using decoders = startDecoders<ImageFacts>(PROGRAM, { ofFiles: [], seed, sameEncoding }, { signal });
  const places = new Map(wanted.map((image, i) => [imageKey(image), i]));
  const isAmong = new Set(wanted.map(({ dataset }) => dataset));
  const sightings = new Array<Sighting>(wanted.length);
  for (const [dataset, { images }] of chosen.entries()) {
    if (!isAmong.has(dataset)) continue;
    const some = only(images(), ({ name }) => places.has(imageKey({ dataset, name })));
    for await (const { original: { name, place }, read, reason } of readInOrder(some, decoders)) {
      if (!read) throw new Error(`${place ?? name} could be read before, and cannot now: ${reason}`);
      sightings[places.get(imageKey({ dataset, name }))!] = unpacked(read).sighting;
    }
  }
  return sightings;
}

function unpacked({ facts: { columns, sizes }, bytes }: Decoded<ImageFacts>) {
  const whole = bytes.slice(); // from a place that suits floats
  let at = 0;
  const values = columns.map((length) => {
    const row = new Float32Array(whole.buffer, at, length);
    at += row.byteLength;
    return row;
  });
  const [image, detail] = sizes.map(([width, height]) => {
    const length = width * height * 3;
    at += length;
    return { pixels: whole.subarray(at - length, at), width, height, channels: 3 as const };
  });
  return { values, sighting: { image, detail } };
}

/** An image and what became of it. */
interface Ended {
  original: Original;
  read?: Decoded<ImageFacts>;
  reason?: string;
}

/** Reads files, and gives out what became of each in the order of `originals`. */
function readInOrder(
  originals: AsyncIterable<Original>,
  decoders: Decoders<ImageFacts>,
): AsyncGenerator<Ended> {
  const read = async (original: Original): Promise<Ended> => {
    let file: Uint8Array;
    try {
      file = await original.file();
    } catch (error) {
      return { original, reason: (error as Error).message };
    }
    try {
      return { original, read: await decoders.decode(file) };
    } catch (error) {
      if (!(error instanceof ImageFailure)) throw error; // it is not the image's
      return { original, reason: error.message };
    }
  };
  return inOrder(originals, read, 2 * DECODES_IN_FLIGHT);
}
