import { type Grid, heatMap, type HeatMapOptions } from "../interpret/mod.ts";
import { gallery, type GalleryImage } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/** An image and a map of it. */
export interface MappedImage {
  /** Its caption stands below it. */
  image: GalleryImage;
  /** For example of Grad-CAM, of attention rollout or of an occlusion map. */
  grid: Grid;
  /** Written below the map, for example "phosphor 0.97". */
  caption?: string;
}

/** A labelled row of images. */
export interface MappedRow {
  label: string;
  images: readonly MappedImage[];
}

/**
 * Images, each with its heat map at its side.
 *
 * @param options see `heatMap`; without a range each map is drawn from its own least to its own greatest value
 */
export function heatMaps(
  title: string,
  rows: readonly MappedRow[],
  options: HeatMapOptions = {},
): Displayable {
  return gallery(
    title,
    rows.map(({ label, images }) => ({
      label,
      images: images.flatMap((
        { image, grid, caption },
      ) => [image, { ...drawn(image, grid, options), caption }]),
    })),
  );
}

/** A grid over an image, drawn at least as large as the gallery shows it, so that the map is smooth however small the image. */
function drawn({ pixels, side, channels }: GalleryImage, grid: Grid, options: HeatMapOptions): GalleryImage {
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / side));
  const large = side * factor;
  const enlarged = new Uint8Array(large * large * channels);
  for (let i = 0; i < enlarged.length; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    const [y, x] = [Math.floor(pixel / large / factor), Math.floor(pixel % large / factor)];
    enlarged[i] = pixels[(y * side + x) * channels + channel];
  }
  const packed = { pixels: enlarged, width: large, height: large, channels };
  return { pixels: heatMap(packed, grid, options).pixels, side: large, channels: 3 };
}

/** px */
const LEAST_SIDE = 192;
