import { unreadFormat } from "./unread_format.ts";

/** Formats of photographs that are read. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif";

const startsWith = (file: Uint8Array, at: number, text: string) =>
  [...text].every((letter, i) => file[at + i] === letter.charCodeAt(0));

/**
 * The format of an image file by its first bytes, whatever its name says.
 *
 * @throws Error for a file of another kind, saying what it looks like
 */
export function imageFormat(file: Uint8Array): ImageFormat {
  if (startsWith(file, 0, "\xff\xd8\xff")) return "jpeg";
  if (startsWith(file, 0, "\x89PNG\r\n\x1a\n")) return "png";
  if (startsWith(file, 0, "RIFF") && startsWith(file, 8, "WEBP")) return "webp";
  if (startsWith(file, 0, "GIF8")) return "gif";
  throw new Error(`it is not a JPEG, PNG, WebP or GIF file; it ${description(file)}`);
}

function description(file: Uint8Array): string {
  if (file.length === 0) return "is empty";
  const text = new TextDecoder().decode(file.subarray(0, 200)).trimStart().toLowerCase();
  if (text.startsWith("<!doctype html") || text.startsWith("<html")) return "is an HTML page";
  const other = unreadFormat(file);
  if (other) return `is ${other === "SVG" ? "an SVG drawing" : `a picture in the format ${other}`}`;
  const first = [...file.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
  return `begins with the bytes ${first.join(" ")}`;
}
