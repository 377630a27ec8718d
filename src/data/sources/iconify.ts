import { rasterize, squareSvg } from "../../images/mod.ts";
import { type Manifest, squareSide } from "../manifest/manifest.ts";
import { packageFolder } from "./npm_package.ts";
import type { SourceOf } from "./list.ts";
import { storedSquare } from "./stored_image.ts";
import type { SourceImage } from "./source.ts";

/** The part of Iconify's icons.json that is read; `left` … `height` of a drawing default to those of the file, then to 0 and 16. */
interface IconFile extends Partial<ViewBox> {
  icons: Record<string, { body: string } & Partial<ViewBox>>;
}

interface ViewBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The drawings of an `@iconify-json/…` package, aliases left out (they are the same drawings under other names). */
export async function* iconifyImages(
  manifest: Manifest,
  source: SourceOf<"iconify">,
): AsyncGenerator<SourceImage> {
  const folder = await packageFolder(source.package, source.version);
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
