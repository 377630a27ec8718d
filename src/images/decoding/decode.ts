import { availableParallelism } from "node:os";
import type { default as Library, Sharp } from "sharp";
import type { PackedImage } from "../image.ts";
import { ImageFailure, imageFailure } from "./image_failure.ts";

/**
 * A decoded image may have this many pixels at most: the largest photograph in sight, not a decompression
 * bomb.
 */
export const PIXEL_LIMIT = 64_000_000;
/**
 * Above {@link HARMLESS_PIXELS}, a file may be unpacked to this many times its bytes (at three bytes a
 * pixel).
 */
const RATIO_LIMIT = 1000;
/** Images with fewer pixels may be as flat as they like: they take no memory worth speaking of. */
const HARMLESS_PIXELS = 4_000_000;

/** Number of images to decode at the same time so that every core is busy. */
export const DECODES_IN_FLIGHT = availableParallelism() + 2;

/**
 * Works on items with some in flight, and gives out the results in the items' order, whichever was done
 * first.
 *
 * @param atOnce items in flight. Default: as many decodings as keep every core busy
 * @throws what the work on an item throws, when it is its turn, and as `items`
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  atOnce = DECODES_IN_FLIGHT,
): AsyncGenerator<Result> {
  const inFlight: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => {}); // it is thrown when it is its turn
    inFlight.push(result);
    if (inFlight.length >= atOnce) yield await inFlight.shift()!;
  }
  for (const last of inFlight) yield await last;
}

const INPUT = { failOn: "warning", animated: false } as const;

/**
 * Draws an SVG document as a packed image of `size` x `size` px on an opaque background (`#rrggbb`). Vectors
 * are drawn at the document's own size, which must be `size` (see {@link squareSvg}). References to files and
 * hosts are not followed: libvips gives the renderer no base address.
 *
 * @param channels 1 for grey, 3 for RGB
 * @throws {Error} when the document cannot be drawn or has another size
 */
export async function rasterize(
  svg: string,
  size: number,
  channels: 1 | 3,
  background: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const sharp = await loadSharpForDrawings();
  const drawing = sharp(new TextEncoder().encode(svg), { ...INPUT, limitInputPixels: PIXEL_LIMIT });
  const image = await packed(drawing.flatten({ background }), channels);
  if (image.width !== size || image.height !== size) {
    throw new Error(`The drawing is ${image.width} x ${image.height} px instead of ${size} x ${size}.`);
  }
  return image.pixels;
}

/**
 * Wraps the body of a drawing, whose coordinates fill `box`, in an SVG document of `size` x `size` px:
 * centred, in black.
 */
export function squareSvg(
  body: string,
  box: { left: number; top: number; width: number; height: number },
  size: number,
): string {
  const view = `${box.left} ${box.top} ${box.width} ${box.height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" ` +
    `height="${size}" color="#000" viewBox="${view}">${body}</svg>`;
}

/** A photograph's pixels, and what its decoder warned of. */
export type DecodedPhoto = PackedImage & { pixels: Uint8Array<ArrayBuffer>; warning?: string };

/**
 * Decodes a JPEG, PNG, WebP or GIF file to 8 bits a channel in sRGB. Its ICC profile and its EXIF orientation
 * are applied, transparent places become `background`, and of an animation the first frame is taken. The size
 * that the header announces is checked before anything is unpacked.
 *
 * @param channels 1 for grey, 3 for RGB
 * @param background `#rrggbb`; default: white
 * @throws {ImageFailure} when the file is damaged, of another format, or above {@link PIXEL_LIMIT} or {@link
 *   RATIO_LIMIT}
 */
export async function decode(
  file: Uint8Array,
  channels: 1 | 3,
  background = "#ffffff",
): Promise<DecodedPhoto> {
  return await fromImage(file, async (image, warning) => ({
    ...await packed(image.autoOrient().flatten({ background }), channels),
    ...(warning !== undefined && { warning }),
  }));
}

/** The largest size that a header may announce. */
interface ImageLimits {
  /** Default: {@link PIXEL_LIMIT}. */
  maxPixels?: number;
  /** Default: {@link RATIO_LIMIT}. */
  maxRatio?: number;
}

/**
 * Opens a file of one of these formats and makes something of it. sharp itself checks the announced size
 * before it unpacks anything: to read the header separately took a sixth of the time of a small photograph.
 *
 * @param make also gets what the decoder warned of, where it decodes a JPEG file all the same, as Pillow does
 * @throws {ImageFailure} as {@link decode}, also for any error of `make`
 */
export async function fromImage<Made>(
  file: Uint8Array,
  make: (image: Sharp, warning?: string) => Promise<Made>,
  { maxPixels = PIXEL_LIMIT, maxRatio = RATIO_LIMIT }: ImageLimits = {},
): Promise<Made> {
  const format = imageFormat(file);
  const sharp = await loadSharp();
  const unpacked = Math.max(HARMLESS_PIXELS, Math.floor(file.length * maxRatio / 3));
  try {
    return await make(sharp(file, { ...INPUT, limitInputPixels: Math.min(maxPixels, unpacked) }));
  } catch (error) {
    const isLarge = /exceeds pixel limit/.test((error as Error).message);
    if (isLarge) throw await tooManyPixels(sharp, file, maxPixels);
    const failure = imageFailure(error);
    if (format !== "jpeg" || failure.reason !== "damaged") throw failure;
    // Pillow and browsers show what libjpeg only warns about, such as bytes between its segments.
    const lenient = { ...INPUT, failOn: "error", limitInputPixels: Math.min(maxPixels, unpacked) } as const;
    return await make(sharp(file, lenient), failure.message).catch(() => Promise.reject(failure));
  }
}

async function tooManyPixels(
  sharp: typeof Library,
  file: Uint8Array,
  maxPixels: number,
): Promise<ImageFailure> {
  const { width, height } = await sharp(file, { ...INPUT, limitInputPixels: false }).metadata();
  const why = width * height > maxPixels
    ? `; the pixel limit is ${maxPixels}`
    : ` in ${file.length} bytes, as no photograph has: a decompression bomb`;
  return new ImageFailure("too_many_pixels", `the image has ${width} x ${height} pixels${why}`);
}

/** Encodes a packed image as PNG, for display. */
export async function encodePng({ pixels, width, height, channels }: PackedImage): Promise<Uint8Array> {
  const raw = { width, height, channels: channels as 1 | 3 };
  const sharp = await loadSharp();
  return new Uint8Array(await sharp(pixels, { raw }).png().toBuffer());
}

async function packed(
  image: Sharp,
  channels: 1 | 3,
): Promise<PackedImage & { pixels: Uint8Array<ArrayBuffer> }> {
  const { data, info } = await image.toColourspace(channels === 1 ? "b-w" : "srgb").raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) {
    throw new Error(`The image was decoded to ${info.channels} channels instead of ${channels}.`);
  }
  return { pixels: new Uint8Array(data), width: info.width, height: info.height, channels };
}

/** libvips' loaders of the formats that are read. Every other is blocked: fewer parsers, fewer holes. */
const PHOTO_LOADERS = ["Png", "Jpeg", "Webp", "Nsgif"].map((format) => `VipsForeignLoad${format}`);

let photos: Promise<typeof Library> | undefined, drawings: Promise<typeof Library> | undefined;

/** Loads sharp at its first use: most programs decode nothing, nor do the threads that make batches. */
export function loadSharp(): Promise<typeof Library> {
  return photos ??= import("sharp").then(({ default: library }) => {
    // Set once, for the whole process: these are switches of libvips itself.
    library.block({ operation: ["VipsForeignLoad"] });
    library.unblock({ operation: PHOTO_LOADERS });
    library.cache(false);
    // Images are small and many: each on one thread, `DECODES_IN_FLIGHT` of them at a time.
    library.concurrency(1);
    return library;
  });
}

/**
 * Loads sharp with its parser of SVG, for drawings of our own or of packages that we chose. It stays
 * unblocked.
 */
export function loadSharpForDrawings(): Promise<typeof Library> {
  return drawings ??= loadSharp().then((library) => {
    library.unblock({ operation: ["VipsForeignLoadSvg"] });
    return library;
  });
}

/** Formats of photographs that are read. */
type ImageFormat = "jpeg" | "png" | "webp" | "gif";

const startsWith = (file: Uint8Array, at: number, text: string) =>
  [...text].every((letter, i) => file[at + i] === letter.charCodeAt(0));

/**
 * The format of an image file by its first bytes; its name is not asked.
 *
 * @throws {ImageFailure} for a file of another kind; the message describes it
 */
function imageFormat(file: Uint8Array): ImageFormat {
  if (startsWith(file, 0, "\xff\xd8\xff")) return "jpeg";
  if (startsWith(file, 0, "\x89PNG\r\n\x1a\n")) return "png";
  if (startsWith(file, 0, "RIFF") && startsWith(file, 8, "WEBP")) return "webp";
  if (startsWith(file, 0, "GIF8")) return "gif";
  const other = unreadFormat(file);
  throw new ImageFailure(
    other ? "format_not_supported" : "not_an_image",
    `it is not a JPEG, PNG, WebP or GIF file; it ${description(file, other)}`,
  );
}

function description(file: Uint8Array, other: string | undefined): string {
  if (file.length === 0) return "is empty";
  const text = new TextDecoder().decode(file.subarray(0, 200)).trimStart().toLowerCase();
  if (["<!doctype html", "<html", "<head", "<body"].some((tag) => text.startsWith(tag))) {
    return "is an HTML page";
  }
  if (other) return `is ${other === "SVG" ? "an SVG drawing" : `a picture in the format ${other}`}`;
  const first = [...file.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `begins with the bytes ${first.join(" ")}`;
}

/** Brands of HEIF containers (ISO/IEC 23008-12) whose pictures are coded as HEVC, or that leave it open. */
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

/** First letters of other formats. */
const BEGINNINGS: [string, string][] = [
  ["II*\0", "TIFF"],
  ["MM\0*", "TIFF"],
  ["II+\0", "TIFF"],
  ["MM\0+", "TIFF"],
  ["\xff\x0a", "JPEG XL"],
  ["\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"],
  ["\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"],
  ["\xff\x4f\xff\x51", "JPEG 2000"],
];

/** The format of an image that is of none of the formats that are read; undefined for any other file. */
export function unreadFormat(file: Uint8Array): string | undefined {
  const start = latin1(file, 0, 12);
  const [, known] = BEGINNINGS.find(([beginning]) => start.startsWith(beginning)) ?? [];
  if (known) return known;
  if (start.startsWith("BM") && start.slice(6, 10) === "\0\0\0\0") return "BMP";
  if (start.slice(4, 8) === "ftyp") return formatOfBrands(file);
  return isSvg(file) ? "SVG" : undefined;
}

/**
 * The format of a container with brands, as MP4 is too: the first brand is the main one, the others are
 * compatible ones.
 */
function formatOfBrands(file: Uint8Array): string | undefined {
  const length = Math.min(new DataView(file.buffer, file.byteOffset).getUint32(0), 128);
  const brands = [latin1(file, 8, 12), ...(latin1(file, 16, length).match(/[^]{4}/g) ?? [])];
  if (brands[0] === "avif" || brands[0] === "avis") return "AVIF";
  if (!HEIC_BRANDS.has(brands[0])) return undefined;
  return brands.includes("avif") ? "AVIF" : "HEIC";
}

function isSvg(file: Uint8Array): boolean {
  const text = new TextDecoder().decode(file.subarray(0, 200)).trimStart().toLowerCase();
  return text.startsWith("<svg") || (text.startsWith("<?xml") && text.includes("<svg"));
}

function latin1(file: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...file.subarray(from, to));
}
