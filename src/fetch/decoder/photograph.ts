import { createHash } from "node:crypto";
import type { Metadata } from "sharp";
import { type Decoded, fromImage, ImageFailure, inStoredForm } from "../../images/mod.ts";
import type { StorageSettings } from "../settings.ts";
import { jpegTables } from "./jpeg_tables.ts";

/** What is known of an image's file. */
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
  /** Of a JPEG file: see {@link jpegTables}. */
  jpegQuantisation?: number[][];
}

/** What is stored of an image: a JPEG file, RGB, without metadata. */
export type Photograph = Decoded<PhotographFacts>;

/** No side of a JPEG may be longer, px (libjpeg's limit). */
const LONGEST_SIDE = 65_500;

/**
 * Brings an image into the form in which all are stored ({@link inStoredForm}); of an animation the first frame.
 * What its header announces is checked before anything is decoded.
 *
 * @throws ImageFailure
 */
export async function storePhotograph(file: Uint8Array, settings: StorageSettings): Promise<Photograph> {
  const { shorterSide: shorter, quality } = settings;
  return await fromImage(file, async (image) => {
    const header = await image.metadata();
    checkSides(header);
    const { data, info } = await inStoredForm(image, { shorter, quality }).toBuffer({
      resolveWithObject: true,
    });
    return { bytes: data, facts: factsOf(file, header, info) };
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
