/** The random transforms of training images, as a table and on an image. */
import type { PackedImage, TransformExample } from "../images/mod.ts";
import { permutation, random } from "../stats/mod.ts";
import { startEngine } from "../tensorflow/mod.ts";
import { transforms } from "../train/mod.ts";
import { openPoolsLive } from "./datasets.ts";
import { gallery, type GalleryImage, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** The transforms of training images as a table, in the order in which they are applied. */
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
 * A random image of a dataset under every transform: a row for each kind, a picture for each transform with
 * its name. MixUp and CutMix mix it with another image of the dataset.
 */
export async function transformSheet(dataset: string, { seed = 0 } = {}): Promise<Displayable> {
  using pools = await openPoolsLive([dataset]);
  const [{ side, channels, images, read }] = pools;
  const [image, partner] = [...permutation(images.length, seed).subarray(0, 2)].map((index) => ({
    pixels: read(index),
    width: side,
    height: side,
    channels,
  }));
  return await sheetOf(image, partner, seed);
}

/** @param partner an image of the same size, to mix with */
export async function sheetOf(image: PackedImage, partner: PackedImage, seed = 0): Promise<Displayable> {
  await startEngine();
  const rows: GalleryRow[] = [{ label: "as it is", images: [picture(image, "")] }];
  for (const [kind, ofKind] of Map.groupBy(transforms, ({ kind }) => kind)) {
    const images = ofKind.map((transform) =>
      picture(transform.example(image, streamOf(transform, seed), partner), spaced(transform.name))
    );
    rows.push({ label: kind, images });
  }
  return gallery("Every transform", rows);
}

/** The random stream of a transform, so that its picture does not depend on the other transforms. */
function streamOf({ name }: TransformExample, seed: number) {
  return random(seed, ...Array.from(name, (letter) => letter.codePointAt(0)!));
}

/** Words apart, so that a long name can be broken into lines. */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}

function picture({ pixels, width, channels }: PackedImage, caption: string): GalleryImage {
  return { pixels, side: width, channels: channels as 1 | 3, caption };
}
