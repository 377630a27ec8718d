/** What every transform does, shown on one image. */
import type { PackedImage, Transform } from "../images/mod.ts";
import { random } from "../stats/mod.ts";
import { startEngine } from "../tensorflow/mod.ts";
import { transforms } from "../train/mod.ts";
import { gallery, type GalleryImage, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** The registry of transforms as a table: name, what it does, parameters, source. */
export function transformTable(): Displayable {
  return table(transforms.map(({ name, kind, does, parameters, source }) => ({
    transform: name,
    kind,
    does,
    parameters,
    source,
  })));
}

/**
 * One square image under every transform of the registry, a row a kind, each with its name.
 *
 * @param partner of the same size and channels, to mix with. Default: the image upside down and inverted.
 */
export async function transformSheet(
  image: PackedImage,
  { partner = upsideDown(image), seed = 0 }: { partner?: PackedImage; seed?: number } = {},
): Promise<Displayable> {
  await startEngine();
  const rows: GalleryRow[] = [{ label: "as it is", images: [picture(image, "")] }];
  for (const kind of new Set(transforms.map(({ kind }) => kind))) {
    const ofKind = transforms.filter((transform) => transform.kind === kind);
    const shown = ofKind.map((transform) =>
      picture(transform.example(image, streamOf(transform, seed), partner), spaced(transform.name))
    );
    rows.push({ label: kind, images: shown });
  }
  return gallery("Every transform", rows);
}

/** A transform looks the same whichever others there are. */
function streamOf({ name }: Transform, seed: number) {
  return random(seed, ...Array.from(name, (letter) => letter.codePointAt(0)!));
}

/** Words apart, so that a long name can be broken into lines. */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}

function picture({ pixels, width, channels }: PackedImage, caption: string): GalleryImage {
  return { pixels, side: width, channels: channels as 1 | 3, caption };
}

function upsideDown(image: PackedImage): PackedImage {
  const { width, height, channels, pixels } = image;
  const line = width * channels;
  const turned = Uint8Array.from(
    pixels,
    (_, i) => 255 - pixels[(height - 1 - Math.floor(i / line)) * line + i % line],
  );
  return { ...image, pixels: turned };
}
