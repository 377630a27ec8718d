import { createHash } from "node:crypto";
import sharp, { type Metadata } from "sharp";
import { inStoredForm, unreadFormat } from "../../images/mod.ts";
import { FetchFailure } from "../failure.ts";
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

/** What is stored of an image. */
export interface Photograph {
  facts: PhotographFacts;
  /** JPEG, RGB, without metadata. */
  image: Uint8Array;
}

const FORMATS = ["jpeg", "png", "webp", "gif"];

/** Images below this many pixels may be as flat as they like: they cannot hurt. */
const HARMLESS_PIXELS = 4_000_000;

/** No side of a JPEG may be longer, px (libjpeg's limit). */
const LONGEST_SIDE = 65_500;

/** Blocks every parser of libvips that is not needed: a switch of the whole process. */
export function blockOtherFormats(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({
    operation: ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"],
  });
  sharp.cache(false);
  sharp.concurrency(1); // images are many: one a process, one thread each
}

/**
 * Brings an image into the form in which all are stored ({@link inStoredForm}); of an animation the first frame.
 * What its header announces is checked before anything is decoded.
 *
 * @throws FetchFailure
 */
export async function storePhotograph(file: Uint8Array, settings: StorageSettings): Promise<Photograph> {
  const { shorterSide, quality, maxPixels } = settings;
  const input = { limitInputPixels: maxPixels, failOn: "warning", animated: false } as const;
  const header = await readHeader(file, settings);
  const { data, info } = await inStoredForm(sharp(file, input), { shorter: shorterSide, quality })
    .toBuffer({ resolveWithObject: true })
    .catch((error) => {
      throw new FetchFailure("damaged", firstLine(error));
    });
  return { image: data, facts: factsOf(file, header, info) };
}

async function readHeader(file: Uint8Array, { maxPixels, maxRatio }: StorageSettings): Promise<Metadata> {
  if (!looksLikeImage(file)) {
    const other = unreadFormat(file);
    throw other
      ? new FetchFailure("format_not_supported", other)
      : new FetchFailure("not_an_image", describe(file));
  }
  const header = await sharp(file, { limitInputPixels: false, animated: false }).metadata().catch((error) => {
    throw new FetchFailure("damaged", firstLine(error));
  });
  const { width, height } = header;
  const pixels = width * height;
  if (pixels > maxPixels || Math.max(width, height) > LONGEST_SIDE) {
    throw new FetchFailure("too_many_pixels", `${width} x ${height}`);
  }
  const ratio = pixels * header.channels / file.length;
  if (pixels >= HARMLESS_PIXELS && ratio > maxRatio) {
    throw new FetchFailure("too_many_pixels", `${width} x ${height} in ${file.length} bytes`);
  }
  if (!FORMATS.includes(header.format)) throw new FetchFailure("format_not_supported", header.format);
  return header;
}

/** Beginnings of the files that are read; WebP is told by what follows its length. */
const MAGIC = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF8", "RIFF"];

function looksLikeImage(file: Uint8Array): boolean {
  const start = beginning(file, 12);
  const magic = MAGIC.find((magic) => start.startsWith(magic));
  return magic === "RIFF" ? start.endsWith("WEBP") : magic !== undefined;
}

function beginning(file: Uint8Array, length: number): string {
  return String.fromCharCode(...file.subarray(0, length));
}

function describe(file: Uint8Array): string {
  if (file.length === 0) return "an empty file";
  if (/^\s*(<!doctype html|<html|<head|<body)/i.test(beginning(file, 100))) return "an HTML page";
  const start = Array.from(file.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `a file that begins with ${start}`;
}

function firstLine(error: Error): string {
  return error.message.trim().split("\n")[0].slice(0, 200);
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
