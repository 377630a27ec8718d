import type { default as Library, OverlayOptions } from "sharp";
import { COLORS, FONT_FAMILY, installedWidthScale, textWidth } from "../figures/mod.ts";
import { loadSharpForDrawings } from "../images/mod.ts";
import { Displayable, escapeMarkup } from "./kernel.ts";

/** An image of a gallery. */
export interface GalleryImage {
  /** `side * side * channels` bytes: rows from the top, the channels of a pixel together, 0 to 255. */
  pixels: Uint8Array;
  /** px. */
  side: number;
  /** 1 grey, 3 RGB. */
  channels: 1 | 3;
  /** Written below it, for example "said ph 0.97, is mdi". */
  caption?: string;
}

/** A labelled row of a gallery; more images than fit go on below. */
export interface GalleryRow {
  label: string;
  images: readonly GalleryImage[];
}

/** Sizes in px, drawn at twice their number of pixels. */
const SCALE = 2;
const GAP = 8;
const TITLE = 30;
const FONT = { label: 13, caption: 11, line: 14 };
const MOST_COLUMNS = 8;
const MOST_CAPTION_LINES = 3;

/**
 * Images in labelled rows as one PNG, with their captions in it and as text beside it. Small images are
 * enlarged without smoothing, so that what the network sees is what is seen.
 *
 * @throws {RangeError} when an image's pixels don't match its size
 */
export function gallery(title: string, rows: readonly GalleryRow[]): Displayable {
  for (const { label, images } of rows) {
    images.forEach((image, at) => checkImage(image, `image ${at + 1} of "${label}"`));
  }
  return new Displayable(async () => ({
    "image/png": (await galleryPng(title, rows)).toBase64(),
    "text/plain": galleryText(title, rows),
  }));
}

function checkImage({ pixels, side, channels }: GalleryImage, name: string): void {
  if (pixels.length !== side * side * channels || pixels.length === 0) {
    throw new RangeError(
      `${name} has ${pixels.length} bytes; ${side}x${side} pixels of ${channels} channels take ${
        side * side * channels
      }`,
    );
  }
}

function galleryText(title: string, rows: readonly GalleryRow[]): string {
  return [
    title,
    ...rows.map(({ label, images }) => {
      const captions = images.flatMap(({ caption }) => caption ?? []);
      const count = `${images.length} image${images.length === 1 ? "" : "s"}`;
      return `${label}: ${count}${captions.length > 0 ? ` (${captions.join("; ")})` : ""}`;
    }),
  ].join("\n");
}

/** One image in its place. */
interface Placed {
  image: GalleryImage;
  x: number;
  y: number;
}

interface GalleryLayout {
  width: number;
  height: number;
  cell: number;
  placed: Placed[];
  labels: { text: string; y: number }[];
  /** The installed font's width over the one that is reckoned with. */
  letters: number;
}

/**
 * Every image gets a square of the same size, wide enough for its caption.
 *
 * @param letters Width of the installed font over Helvetica's: labels must not reach into the images.
 */
function layOut(title: string, rows: readonly GalleryRow[], letters: number): GalleryLayout {
  const images = rows.flatMap((row) => row.images);
  const captioned = images.some(({ caption }) => caption);
  const cell = Math.max(captioned ? 92 : 64, Math.min(96, ...images.map(({ side }) => side)));
  const labelWidths = rows.map(({ label }) => letters * textWidth(label, FONT.label, true));
  const left = Math.max(0, ...labelWidths) + 2 * GAP;
  const step = cell + GAP + (captioned ? MOST_CAPTION_LINES * FONT.line : 0);
  const [placed, labels]: [Placed[], GalleryLayout["labels"]] = [[], []];
  let y = TITLE;
  for (const { label, images } of rows) {
    labels.push({ text: label, y: y + cell / 2 });
    images.forEach((image, at) => {
      const column = at % MOST_COLUMNS;
      placed.push({ image, x: left + column * (cell + GAP), y: y + Math.floor(at / MOST_COLUMNS) * step });
    });
    y += Math.max(1, Math.ceil(images.length / MOST_COLUMNS)) * step;
  }
  const right = Math.max(left, ...placed.map(({ x }) => x + cell));
  const width = Math.max(right, letters * textWidth(title, 15, true)) + GAP;
  return { width: Math.ceil(width), height: Math.ceil(y), cell: Math.round(cell), placed, labels, letters };
}

async function galleryPng(title: string, rows: readonly GalleryRow[]): Promise<Uint8Array> {
  const sharp = await loadSharpForDrawings();
  const layout = layOut(title, rows, await installedWidthScale());
  const { width, height, cell, placed } = layout;
  const layers: OverlayOptions[] = await Promise.all(placed.map(async ({ image, x, y }) => ({
    input: await enlarged(sharp, image, cell * SCALE),
    left: Math.round(x * SCALE),
    top: Math.round(y * SCALE),
  })));
  const text = {
    input: new TextEncoder().encode(textSvg(title, layout)) as Buffer,
    density: 72,
    left: 0,
    top: 0,
  };
  const canvas = {
    width: width * SCALE,
    height: height * SCALE,
    channels: 4,
    background: COLORS.transparent,
  } as const;
  const png = sharp({ create: canvas }).composite([...layers, text]).png({ compressionLevel: 9 });
  return new Uint8Array(await png.toBuffer());
}

async function enlarged(
  sharp: typeof Library,
  { pixels, side, channels }: GalleryImage,
  to: number,
): Promise<Buffer> {
  const kernel = to >= side ? "nearest" : "lanczos3";
  return await sharp(pixels, { raw: { width: side, height: side, channels } })
    .resize(to, to, { kernel }).png().toBuffer();
}

/** Title, labels, captions and a thin frame round each image: white images stand out from a white page. */
function textSvg(title: string, { width, height, cell, placed, labels, letters }: GalleryLayout): string {
  const text = (x: number, y: number, size: number, words: string, more = "") =>
    `<text x="${x}" y="${y}" font-size="${size}" ${more}>${escapeMarkup(words)}</text>`;
  const frames = placed.map(({ x, y }) =>
    `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="none" stroke="${COLORS.paper}" stroke-width="0.5"/>`
  );
  const captions = placed.flatMap(({ image, x, y }) =>
    wrap(image.caption ?? "", cell / letters).map((line, at) =>
      text(x, y + cell + FONT.line * (at + 1) - 2, FONT.caption, line)
    )
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * SCALE}" height="${height * SCALE}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${FONT_FAMILY}" fill="${COLORS.text}">` +
    text(0, 17, 15, title, 'font-weight="bold"') +
    labels.map((label) => text(0, label.y + 4, FONT.label, label.text, 'font-weight="bold"')).join("") +
    frames.join("") + captions.join("") + "</svg>";
}

/** Breaks a caption into lines of at most `width` px; what doesn't fit ends in "…". */
function wrap(caption: string, width: number): string[] {
  const fits = (line: string) => textWidth(line, FONT.caption) <= width;
  const lines: string[] = [];
  for (const word of caption.split(/\s+/).filter((word) => word)) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  const shown = lines.slice(0, MOST_CAPTION_LINES).map((line) => shorten(line, fits));
  if (lines.length > shown.length) shown[shown.length - 1] = shorten(`${shown[shown.length - 1]} …`, fits);
  return shown;
}

function shorten(line: string, fits: (line: string) => boolean): string {
  if (fits(line)) return line;
  const letters = [...line];
  while (letters.length > 1 && !fits(`${letters.join("")}…`)) letters.pop();
  return `${letters.join("")}…`;
}
