/**
 * The one form in which photographs are stored as JPEG: one encoder writes the files of all datasets at one
 * setting.
 */
import type { Sharp } from "sharp";
import { decode, fromImage, loadSharp } from "./decode.ts";
import type { PackedImage } from "../image.ts";

/** Quality of stored JPEG files, 1 to 100. */
export const STORED_QUALITY = 95;

/** The form in which a photograph is stored. */
interface StoredForm {
  /** Its shorter side is reduced to this, px, where it is longer. */
  shorter: number;
  /** Default: {@link STORED_QUALITY}. */
  quality?: number;
  /** Colour behind transparent places, `#rrggbb`. Default: white. */
  background?: string;
}

/**
 * Brings an image into that form. It becomes upright by its EXIF orientation, sRGB by its ICC profile, 8 bits
 * and opaque; its shorter side is reduced (bicubic, Pillow's default). The JPEG has no metadata.
 */
export function inStoredForm(
  image: Sharp,
  { shorter, quality = STORED_QUALITY, background = "#ffffff" }: StoredForm,
): Sharp {
  return image.autoOrient()
    .resize({
      width: shorter,
      height: shorter,
      fit: "outside",
      withoutEnlargement: true,
      kernel: "cubic",
      fastShrinkOnLoad: false,
    })
    .flatten({ background }).toColourspace("srgb").jpeg({ quality, optimiseCoding: false });
}

/** A stored photograph: its file and its pixels. */
interface StoredJpeg {
  file: Uint8Array;
  image: PackedImage;
  /** What the decoder of the given file warned of. */
  warning?: string;
}

/**
 * The JPEG that is stored for a JPEG, PNG, WebP or GIF file: the file itself where it has that form already.
 *
 * @throws {ImageFailure} as {@link decode}
 */
export async function storedJpeg(given: Uint8Array, form: StoredForm): Promise<StoredJpeg> {
  if (await isStored(given, form)) {
    const image = await decode(given, 3);
    if (Math.min(image.width, image.height) <= form.shorter) {
      return { file: given, image, warning: image.warning };
    }
  }
  let warning: string | undefined;
  const file = await fromImage(given, async (image, warned) => {
    warning = warned;
    return new Uint8Array(await inStoredForm(image, form).toBuffer());
  });
  return { file, image: await decode(file, 3), warning };
}

/** Place of the print resolution in the header of such a file; it means nothing. */
const DENSITY = { start: 13, end: 18 };

/**
 * Headers of such files by quality, up to the first scan. They differ in width, height and print resolution
 * only.
 */
const headers = new Map<number, Promise<Uint8Array>>();

async function isStored(file: Uint8Array, { quality = STORED_QUALITY }: StoredForm): Promise<boolean> {
  if (!headers.has(quality)) headers.set(quality, headerAt(quality));
  const header = await headers.get(quality)!;
  const size = startOf(header, 0xc0) + 5;
  const isFree = (at: number) => (at >= size && at < size + 4) || (at >= DENSITY.start && at < DENSITY.end);
  return header.every((value, at) => isFree(at) || file[at] === value);
}

async function headerAt(quality: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const grey = sharp({ create: { width: 8, height: 8, channels: 3, background: "#808080" } });
  const file = new Uint8Array(await inStoredForm(grey, { shorter: 8, quality }).toBuffer());
  return file.slice(0, startOf(file, 0xda));
}

/** Byte at which the segment with that marker starts. */
function startOf(file: Uint8Array, marker: number): number {
  let at = 2;
  while (at + 4 <= file.length && file[at + 1] !== marker) at += 2 + (file[at + 2] << 8 | file[at + 3]);
  return at;
}
