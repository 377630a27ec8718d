/** A process that decodes images for an audit: see `startDecoders`. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type EvidenceName, evidenceOf, type EvidenceReader, sightingOf } from "../../../evidence/mod.ts";
import { decode, fromImage, perceptualHash, serveDecoder } from "../../../images/mod.ts";
import type { Audit } from "./schema.ts";

/** What the process is started with. */
export interface ReadingSettings extends Pick<Audit, "seed" | "sameEncoding"> {
  /** Kinds of evidence that read files; strangers' headers are not read elsewhere. */
  ofFiles: readonly EvidenceName[];
}

/**
 * What is known of an image. The bytes beside it: the values of each kind of evidence, then the pixels of
 * both pictures of a sighting, RGB.
 */
export interface ImageFacts {
  /** sha256 of its file, hex. */
  sha256: string;
  perceptualHash: string;
  /** Values of each kind of evidence that reads files, in the order of the settings. */
  columns: number[];
  /** Width and height of the picture and of its detail, px. */
  sizes: [picture: [number, number], detail: [number, number]];
}

let readers: Promise<EvidenceReader[]> | undefined;

async function read(given: Uint8Array, settings: ReadingSettings) {
  const { sameEncoding, ofFiles, seed } = settings;
  const bytes = sameEncoding ? await encodedAlike(given, sameEncoding) : given;
  const { width, height, ...rest } = await decode(bytes, 3);
  const sighting = sightingOf({ width, height, ...rest }, { bytes, name: "the file", width, height });
  readers ??= Promise.all(ofFiles.map((name) => evidenceOf(name).prepare([], seed)));
  const vectors: Float32Array[] = [];
  for (const reader of await readers) vectors.push(await reader.vectorsOf([sighting]));
  const { image, detail } = sighting;
  const facts: ImageFacts = {
    sha256: createHash("sha256").update(given).digest("hex"),
    perceptualHash: perceptualHash(image),
    columns: vectors.map(({ length }) => length),
    sizes: [[image.width, image.height], [detail.width, detail.height]],
  };
  const values = Float32Array.from(vectors.flatMap((vector) => [...vector]));
  return { facts, bytes: Buffer.concat([new Uint8Array(values.buffer), image.pixels, detail.pixels]) };
}

/** A centred square of one size, in one encoding. */
async function encodedAlike(
  file: Uint8Array,
  { side, quality }: NonNullable<Audit["sameEncoding"]>,
): Promise<Uint8Array> {
  const encoded = await fromImage(
    file,
    (image) =>
      image.autoOrient().resize(side, side, { fit: "cover", kernel: "cubic", fastShrinkOnLoad: false })
        .flatten({ background: "#ffffff" }).toColourspace("srgb").jpeg({ quality }).toBuffer(),
  );
  return new Uint8Array(encoded);
}

if (import.meta.main) await serveDecoder(read);
