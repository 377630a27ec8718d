import { z } from "zod";
import { rasterize, squareSvg } from "../../images/mod.ts";
import { packageFolder, packageName, versionSchema } from "./npm_package.ts";
import { type SourceImage, sourceKind, type SourceManifest, squareSide } from "./source.ts";
import { storedSquare } from "./stored_image.ts";

const schema = z.strictObject({
  type: z.literal("iconify").describe("Drawings in an npm package of Iconify's: icons.json."),
  package: z.string().regex(/^@iconify-json\/[a-z0-9-]+$/),
  version: versionSchema,
});

/** Icons and emoji as Iconify packs them. */
export const iconify = sourceKind({
  type: "iconify",
  schema,
  fixedByVersion: true,
  origin: packageName,
  localFiles: () => [],
  images: iconifyImages,
  sampled: (by) => `images ${by}`,
});

/**
 * The part of Iconify's icons.json that is read; `left` … `height` of a drawing default to those of the file,
 * then to 0 and 16.
 */
interface IconFile extends Partial<ViewBox> {
  icons: Record<string, { body: string } & Partial<ViewBox>>;
}

interface ViewBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The drawings of an `@iconify-json/…` package, aliases left out (they are the same drawings under other
 * names).
 */
async function* iconifyImages(manifest: SourceManifest<z.infer<typeof schema>>): AsyncGenerator<SourceImage> {
  const folder = await packageFolder(manifest.source.package, manifest.source.version);
  const file: IconFile = JSON.parse(await Deno.readTextFile(new URL("icons.json", folder)));
  const { channels, background } = manifest.render;
  const side = squareSide(manifest);
  for (const [key, { body, ...own }] of Object.entries(file.icons)) {
    const box = { left: 0, top: 0, width: 16, height: 16, ...viewBox(file), ...viewBox(own) };
    const pixels = () => rasterize(squareSvg(body, box, side), side, channels, background);
    yield { key, drawn: async () => storedSquare(await pixels(), side, channels) };
  }
}

function viewBox(from: Partial<ViewBox>): Partial<ViewBox> {
  const sides = ["left", "top", "width", "height"] as const;
  return Object.fromEntries(
    sides.filter((side) => from[side] !== undefined).map((side) => [side, from[side]]),
  );
}
