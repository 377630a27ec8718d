import { ImageFailure } from "./image_failure.ts";
import { unreadFormat } from "./unread_format.ts";

/** Formats of photographs that are read. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif";

const startsWith = (file: Uint8Array, at: number, text: string) =>
  [...text].every((letter, i) => file[at + i] === letter.charCodeAt(0));

/**
 * The format of an image file by its first bytes, whatever its name says.
 *
 * @throws ImageFailure for a file of another kind, saying what it looks like
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
