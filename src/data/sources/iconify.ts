import { z } from "zod";
import { lookOf, luma, rasterize, squareSvg } from "../../images/mod.ts";
import { jitteredBox, type ViewBox } from "./jitter.ts";
import { packageFolder, packageName, versionSchema } from "./npm_package.ts";
import { type SourceImage, sourceKind, type SourceManifest, squareSide } from "./source.ts";
import { storedSquare } from "./stored_image.ts";

const schema = z.strictObject({
  type: z.literal("iconify").describe("Drawings in an npm package of Iconify's: icons.json."),
  package: z.string().regex(/^@iconify-json\/[a-z0-9-]+$/),
  version: versionSchema,
  without: z.string().min(1).refine(isRegularExpression, { error: "this is no regular expression" })
    .optional()
    .describe(
      "A regular expression: drawings whose names match are left out, as one weight of six. Default: none.",
    ),
});

function isRegularExpression(text: string): boolean {
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

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

/**
 * The drawings of an `@iconify-json/…` package, aliases left out (they are the same drawings under other
 * names).
 */
async function* iconifyImages(manifest: SourceManifest<z.infer<typeof schema>>): AsyncGenerator<SourceImage> {
  const folder = await packageFolder(manifest.source.package, manifest.source.version);
  const file: IconFile = JSON.parse(await Deno.readTextFile(new URL("icons.json", folder)));
  const left = manifest.source.without === undefined ? undefined : new RegExp(manifest.source.without);
  for (const [key, { body, ...own }] of Object.entries(file.icons)) {
    if (left?.test(key)) continue;
    const box = { left: 0, top: 0, width: 16, height: 16, ...viewBox(file), ...viewBox(own) };
    yield { key, drawn: () => drawn(key, body, box, manifest) };
  }
}

/** A drawing on its grid or, where the manifest says so, moved from it. */
async function drawn(key: string, body: string, box: ViewBox, manifest: SourceManifest<{ type: string }>) {
  const { channels, background, jitter } = manifest.render;
  const side = squareSide(manifest);
  const inBox = (box: ViewBox) => rasterize(squareSvg(body, box, side), side, channels, background);
  const grid = { pixels: await inBox(box), width: side, height: side, channels };
  const onGrid = storedSquare(grid.pixels, side, channels);
  onGrid.facts.look = lookOf(grid);
  if (!jitter) return onGrid;
  const moved = jitteredBox(key, box, grid, colorOf(background, channels), jitter);
  // Versions and duplicates of a drawing are told by the drawing, not by where it happens to lie.
  return { ...onGrid, bytes: await inBox(moved) };
}

/** The value of `#rrggbb` in each channel. */
function colorOf(background: string, channels: 1 | 3): number[] {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(background.slice(at, at + 2), 16));
  return channels === 1 ? [luma(red, green, blue)] : [red, green, blue];
}

function viewBox(from: Partial<ViewBox>): Partial<ViewBox> {
  const sides = ["left", "top", "width", "height"] as const;
  return Object.fromEntries(
    sides.filter((side) => from[side] !== undefined).map((side) => [side, from[side]]),
  );
}
