/** What a file says before any pixel of it is decoded. */
import { createHash } from "node:crypto";
import exifReader from "exif-reader";
import type { Metadata } from "sharp";
import { jpegTables } from "../../fetch/mod.ts";
import { fromImage } from "../../images/mod.ts";
import type { EvidenceReader, ImageFile, Sighting } from "../evidence.ts";

const FORMATS = ["jpeg", "png", "webp", "gif"];
const SUBSAMPLINGS = ["4:4:4", "4:2:2", "4:2:0", "4:4:0"];

/** Cameras' makers are told apart by a hash: so many places. */
const MAKERS = 16;

/** Values of a quantisation table, and the tables that are read: luminance and chrominance. */
const TABLE = 64, TABLES = 2;

/** 1 at the place of a value in a list, else 0. */
const oneOf = (list: readonly unknown[], value: unknown) => list.map((one) => one === value ? 1 : 0);

/** A reader of headers: size, proportions, format, compression, and which metadata there are. */
export function headerReader(): EvidenceReader {
  const vectorsOf = async (sightings: readonly Sighting[]) => {
    const vectors = new Float32Array(sightings.length * COLUMNS);
    for (const [i, { file }] of sightings.entries()) {
      if (!file) throw new Error(`Image ${i} has no file: leave "file-header" out for images without files.`);
      vectors.set(valuesOf(file, await metadataOf(file)), i * COLUMNS);
    }
    return vectors;
  };
  return { columns: COLUMNS, vectorsOf, [Symbol.dispose]() {} };
}

async function metadataOf({ bytes, name }: ImageFile): Promise<Metadata> {
  try {
    return await fromImage(bytes, (image) => image.metadata());
  } catch (error) {
    throw new Error(`The header of ${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Sizes as logarithms of base 2; what is there or not as 1 or 0. */
function valuesOf({ bytes, width, height }: ImageFile, header: Metadata): number[] {
  const tables = jpegTables(bytes).slice(0, TABLES);
  return [
    Math.log2(bytes.length),
    Math.log2(width),
    Math.log2(height),
    Math.log2(width / height),
    Math.log2(bytes.length / (width * height)),
    ...oneOf(FORMATS, header.format),
    ...oneOf(SUBSAMPLINGS, header.chromaSubsampling),
    header.channels ?? 0,
    Math.log2(header.density ?? 1),
    ...[header.isProgressive, header.hasAlpha, header.hasProfile, header.isPalette].map((is) => is ? 1 : 0),
    ...[header.exif, header.iptc, header.xmp].map((data) => data ? 1 : 0),
    ...oneOf([2, 3, 4, 5, 6, 7, 8], header.orientation),
    ...makerOf(header.exif),
    tables.length,
    ...Array.from(
      { length: TABLES * TABLE },
      (_, i) => Math.log2(tables[Math.floor(i / TABLE)]?.[i % TABLE] || 1),
    ),
  ];
}

const COLUMNS = 5 + FORMATS.length + SUBSAMPLINGS.length + 2 + 4 + 3 + 7 + MAKERS + 1 + TABLES * TABLE;

/** The place of the camera's maker; none where EXIF has none or is damaged. */
function makerOf(exif: Metadata["exif"]): number[] {
  const place = new Array<number>(MAKERS).fill(0);
  const maker = exif && makeIn(exif);
  if (maker) place[createHash("sha256").update(maker).digest()[0] % MAKERS] = 1;
  return place;
}

function makeIn(exif: NonNullable<Metadata["exif"]>): string | undefined {
  try {
    return exifReader(exif).Image?.Make?.trim();
  } catch {
    return undefined; // strangers' cameras write what they like
  }
}
