/** Folders of made-up photographs for audits. */
import sharp from "sharp";
import { random } from "../../../src/stats/mod.ts";
import { type FilesOnDisk, filesOnDisk } from "../data/photo_files.ts";

/** What makes the images of a folder differ from those of another. */
export interface Look {
  /** Of the first image; each later one has the next. No two images of different seeds are alike. */
  seed: number;
  /** Added to the red of all pixels. */
  red?: number;
  /** Whether all have a small chessboard near the upper left corner of their centred square. */
  mark?: boolean;
  /** Of the JPEG files. Default: 90. */
  quality?: number;
}

/** A JPEG file of some blots on an even ground, 48 x 40 px. */
export async function blots({ seed, red = 0, mark = false, quality = 90 }: Look): Promise<Uint8Array> {
  const stream = random(0x626c, seed);
  const [width, height] = [48, 40];
  const ground = [0, 1, 2].map(() => 60 + 120 * stream.uniform());
  const spots = Array.from({ length: 6 }, () => ({
    x: width * stream.uniform(),
    y: height * stream.uniform(),
    size: 4 + 8 * stream.uniform(),
    color: [0, 1, 2].map(() => 160 * (stream.uniform() - 0.5)),
  }));
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    if (mark && x >= 6 && x < 16 && y >= 2 && y < 12) return 255 * ((x >> 1) + (y >> 1) & 1);
    const drawn = spots.reduce(
      (sum, spot) =>
        sum + spot.color[c] * Math.exp(-((x - spot.x) ** 2 + (y - spot.y) ** 2) / spot.size ** 2),
      ground[c] + (c === 0 ? red : 0),
    );
    return Math.max(0, Math.min(255, drawn));
  });
  return await sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality }).toBuffer();
}

/** Folders by their names, each with so many images of its own; other files beside them. */
export async function auditedFolders(
  folders: Record<string, { images: number } & Look>,
  others: Record<string, Uint8Array | string> = {},
): Promise<FilesOnDisk> {
  const files: Record<string, Uint8Array | string> = { ...others };
  for (const [name, { images, ...look }] of Object.entries(folders)) {
    for (let i = 0; i < images; i++) {
      files[`${name}/${String(i).padStart(3, "0")}.jpg`] = await blots({ ...look, seed: look.seed + i });
    }
  }
  return filesOnDisk(files);
}
