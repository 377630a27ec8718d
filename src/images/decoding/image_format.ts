import { ImageFailure } from "./image_failure.ts";

/** Formats of photographs that are read. */
type ImageFormat = "jpeg" | "png" | "webp" | "gif";

const startsWith = (file: Uint8Array, at: number, text: string) =>
  [...text].every((letter, i) => file[at + i] === letter.charCodeAt(0));

/**
 * The format of an image file by its first bytes; its name is not asked.
 *
 * @throws {ImageFailure} for a file of another kind; the message describes it
 */
export function imageFormat(file: Uint8Array): ImageFormat {
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
