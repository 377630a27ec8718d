import { cropResize, decode, type PackedImage } from "../../images/mod.ts";
import { type Manifest, squareSide } from "../manifest/manifest.ts";
import { packageFolder } from "./npm_package.ts";
import type { SourceOf } from "./list.ts";
import { type StoredImage, storedSquare } from "./stored_image.ts";
import type { SourceImage } from "./source.ts";

type SpriteSource = SourceOf<"sprites">;

/** The images of PNG sheets in an npm package: each row of a sheet is one square image, its pixels in reading order. */
export async function* spriteImages(manifest: Manifest, source: SpriteSource): AsyncGenerator<SourceImage> {
  const side = squareSide(manifest);
  const folder = await packageFolder(source.package, source.version);
  const labels = await readLabels(source, folder);
  const seen = new Map<string, number>();
  for (const { file, split } of source.sheets) {
    const sheet = await decode(await Deno.readFile(new URL(file, folder)), manifest.render.channels);
    for (let row = 0; row < sheet.height; row++) {
      const number = seen.get(split) ?? 0;
      seen.set(split, number + 1);
      const label = labels.get(split)![number];
      if (label === undefined) {
        throw new Error(`${source.labels[split]} has no label for image ${number} of ${split}`);
      }
      const key = `${split}/${String(number).padStart(5, "0")}`;
      yield { key, label, split, drawn: () => Promise.resolve(tile(sheet, row, side)) };
    }
  }
}

async function readLabels(source: SpriteSource, folder: URL): Promise<Map<string, number[]>> {
  const labels = new Map<string, number[]>();
  for (const split of new Set(source.sheets.map((sheet) => sheet.split))) {
    const file = source.labels[split];
    if (!file) {
      throw new Error(`the manifest names no labels for the split "${split}"; add source.labels.${split}`);
    }
    labels.set(split, JSON.parse(await Deno.readTextFile(new URL(file, folder))));
  }
  return labels;
}

function tile(sheet: PackedImage, row: number, side: number): StoredImage {
  const length = sheet.width * sheet.channels;
  const own = Math.sqrt(sheet.width);
  const pixels = sheet.pixels.subarray(row * length, (row + 1) * length);
  const out = new Uint8Array(side * side * sheet.channels);
  const box = { left: 0, top: 0, width: own, height: own };
  cropResize({ pixels, height: own, width: own, channels: sheet.channels }, box, side, out);
  return storedSquare(out, side, sheet.channels as 1 | 3);
}
