import { createHash } from "node:crypto";
import type { Metadata } from "sharp";
import { type Decoded, fromImage, ImageFailure, inStoredForm } from "../../images/mod.ts";
import type { StorageSettings } from "../settings.ts";

/** Facts about an image's file. */
export interface PhotographFacts {
  /** As stored, px. */
  width: number;
  height: number;
  /** As it came, upright, px. */
  originalWidth: number;
  originalHeight: number;
  originalFormat: "jpeg" | "png" | "webp" | "gif";
  /** As it came. */
  originalBytes: number;
  /** Hash of the file as it came. */
  sha256: string;
  /** What the decoder warned of, where it decoded a JPEG file all the same. */
  decoderWarning?: string;
  /** Only for a JPEG file. See {@link jpegTables}. */
  jpegQuantisation?: number[][];
}

/** An image as it is stored: a JPEG file, RGB, without metadata. */
export type Photograph = Decoded<PhotographFacts>;

/** No side of a JPEG may be longer, px (libjpeg's limit). */
const LONGEST_SIDE = 65_500;

/**
 * Brings an image into the form in which all are stored ({@link inStoredForm}); an animation gives its first
 * frame. The sides in its header are checked before anything is decoded.
 *
 * @throws {ImageFailure}
 */
export async function storePhotograph(file: Uint8Array, settings: StorageSettings): Promise<Photograph> {
  const { shorterSide: shorter, quality } = settings;
  return await fromImage(file, async (image, warning) => {
    const header = await image.metadata();
    checkSides(header);
    const { data, info } = await inStoredForm(image, { shorter, quality }).toBuffer({
      resolveWithObject: true,
    });
    const facts = factsOf(file, header, info);
    return { bytes: data, facts: warning === undefined ? facts : { ...facts, decoderWarning: warning } };
  }, settings);
}

function checkSides({ width, height }: Metadata): void {
  if (Math.max(width, height) <= LONGEST_SIDE) return;
  throw new ImageFailure("too_many_pixels", `${width} x ${height}; ${LONGEST_SIDE} are the most on a side`);
}

function factsOf(
  file: Uint8Array,
  header: Metadata,
  { width, height }: { width: number; height: number },
): PhotographFacts {
  const facts: PhotographFacts = {
    width,
    height,
    originalWidth: header.autoOrient.width,
    originalHeight: header.autoOrient.height,
    originalFormat: header.format as PhotographFacts["originalFormat"],
    originalBytes: file.length,
    sha256: createHash("sha256").update(file).digest("hex"),
  };
  if (header.format === "jpeg") facts.jpegQuantisation = jpegTables(file);
  return facts;
}

/** Markers without a length: fill bytes, restarts, start and end of image, TEM. */
const isBare = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9);

const DQT = 0xdb, START_OF_SCAN = 0xda;

/**
 * The quantisation tables of a JPEG file by number (0 is luminance, as a rule), each of 64 values in the
 * file's zigzag order. They tell which program wrote it, at which quality. Tables after the first scan are
 * not looked for. ITU-T T.81, B.2.4.1.
 *
 * @returns empty when the file is no JPEG or is damaged before its tables
 */
export function jpegTables(file: Uint8Array): number[][] {
  const tables: number[][] = [];
  if (file[0] !== 0xff || file[1] !== 0xd8) return tables;
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1];
    if (marker === 0xff || isBare(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    const end = at + 2 + (file[at + 2] << 8 | file[at + 3]);
    if (marker === START_OF_SCAN || end > file.length) break;
    if (marker === DQT) readTables(file.subarray(at + 4, end), tables);
    at = end;
  }
  return tables.filter((table) => table !== undefined);
}

function readTables(segment: Uint8Array, tables: number[][]): void {
  for (let at = 0; at < segment.length;) {
    const [bytes, number] = [segment[at] >> 4 ? 2 : 1, segment[at] & 15];
    const values = segment.subarray(at + 1, at + 1 + 64 * bytes);
    if (values.length < 64 * bytes || number > 3) return;
    tables[number] = Array.from(
      { length: 64 },
      (_, i) => bytes === 1 ? values[i] : values[2 * i] << 8 | values[2 * i + 1],
    );
    at += 1 + 64 * bytes;
  }
}
