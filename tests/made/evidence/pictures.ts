/** Made-up pictures without content, two sets of which differ in one thing, and a test of who sees it. */
import sharp, { type Sharp } from "sharp";
import { type EvidenceName, evidenceOf, type Sighting, sightingOf } from "~/evidence/mod.ts";
import type { PackedImage } from "~/images/mod.ts";
import { featuresOf, probeLogistic } from "~/probe/mod.ts";
import { binomialTest, type Random, random } from "~/stats/mod.ts";

/** Side of the pictures, px. */
const SIDE = 64;

/** Colour of each pixel, 0 to 255. */
type Painter = (x: number, y: number) => readonly number[];

export function painted(side: number, painter: Painter): PackedImage {
  const pixels = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    painter(i % side, Math.floor(i / side)).forEach((value, c) =>
      pixels[3 * i + c] = Math.max(0, Math.min(255, Math.round(value)))
    );
  }
  return { pixels, width: side, height: side, channels: 3 };
}

/** A soft field of random waves of a period of 16 to 64 px in colours of its own, about `mean`. */
function waves(stream: Random, { mean = 128, contrast = 30 } = {}): Painter {
  const all = Array.from({ length: 6 }, () => ({
    u: stream.normal() / 40,
    v: stream.normal() / 40,
    phase: stream.uniform(),
    colour: [0, 1, 2].map(() => stream.normal()),
  }));
  return (x, y) =>
    [0, 1, 2].map((c) =>
      mean + contrast / 2.5 * all.reduce(
          (sum, { u, v, phase, colour }) => sum + colour[c] * Math.cos(2 * Math.PI * (u * x + v * y + phase)),
          0,
        )
    );
}

const over = (ground: Painter, change: (x: number, y: number) => number): Painter => (x, y) =>
  ground(x, y).map((value) => value + change(x, y));

/** A bright spot about a place, px. */
const spot = (x0: number, y0: number, radius = 10) => (x: number, y: number) =>
  120 * Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * radius * radius));

/** Something of a random place whose form is round or a bar, on a ground that is even but for its brightness. */
function form(stream: Random, isBar: boolean, [ground, figure]: [number, number]): Painter {
  const [x0, y0] = [24 + stream.below(16), 24 + stream.below(16)];
  const [width, height] = isBar ? [20, 5] : [11, 11];
  const noise = Array.from({ length: 64 }, () => stream.normal());
  return (x, y) => {
    const inside = ((x - x0) / width) ** 2 + ((y - y0) / height) ** 2 < 1;
    return [0, 1, 2].map(() => (inside ? figure : ground) + 2 * noise[(x * 7 + y * 13) % 64]);
  };
}

const jpeg = (image: PackedImage, change: (file: Sharp) => Sharp) =>
  change(sharp(image.pixels, { raw: { width: image.width, height: image.height, channels: 3 } })).toBuffer();

async function throughJpeg(
  image: PackedImage,
  change: (file: Sharp) => Sharp,
): Promise<Sighting> {
  const bytes = new Uint8Array(await jpeg(image, change));
  const { data, info: { width, height } } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const seen: PackedImage = { pixels: new Uint8Array(data), width, height, channels: 3 };
  return sightingOf(seen, { bytes, name: "made.jpg", width, height });
}

const sighting = (painter: Painter) => sightingOf(painted(SIDE, painter));

const enlarged = (kernel: "cubic" | "nearest") => (stream: Random) =>
  throughJpeg(
    painted(80, over(waves(stream), () => 12 * stream.normal())),
    (file) => file.resize(128, 128, { kernel }).jpeg({ quality: 90 }),
  );

/** Two ways to make a picture, by the one thing in which they differ. */
const DIFFERENCES = {
  "nothing but the label": [0, 1].map(() => (stream: Random) =>
    throughJpeg(painted(SIDE, waves(stream)), (file) => file.jpeg({ quality: 90 }))
  ),
  "the JPEG quality": [90, 60].map((quality) => (stream: Random) =>
    throughJpeg(painted(SIDE, waves(stream)), (file) => file.jpeg({ quality }))
  ),
  "the camera in EXIF": ["Canon", "Nikon"].map((Make) => (stream: Random) =>
    throughJpeg(
      painted(SIDE, waves(stream)),
      (file) => file.jpeg({ quality: 90 }).withExif({ IFD0: { Make } }),
    )
  ),
  "the kernel of resizing": [enlarged("cubic"), enlarged("nearest")],
  "the mean colour": [0, 25].map((more) => (stream: Random) => sighting(over(waves(stream), () => more))),
  "the contrast": [15, 45].map((contrast) => (stream: Random) => sighting(waves(stream, { contrast }))),
  "the place of a spot": [20, 44].map((x) => (stream: Random) => sighting(over(waves(stream), spot(x, 32)))),
  "fine detail": [0, 40].map((height) => (stream: Random) =>
    sighting(over(waves(stream), (x, y) => (x + y) % 2 ? height / 2 : -height / 2))
  ),
  "the direction of stripes": [true, false].map((isLying) => (stream: Random) => {
    const phase = stream.below(6);
    return sighting(over(waves(stream), (x, y) => ((isLying ? y : x) + phase) % 6 < 3 ? 40 : -40));
  }),
  "the form": [true, false].map((isBar) => (stream: Random) => sighting(form(stream, isBar, [200, 60]))),
  "light on dark": ([[200, 60], [60, 200]] as [number, number][]).map((tones) => (stream: Random) =>
    sighting(form(stream, false, tones))
  ),
} satisfies Record<string, ((stream: Random) => Sighting | Promise<Sighting>)[]>;

export type Difference = keyof typeof DIFFERENCES;

/** Pictures of each set that a classifier learns from, and as many that it is judged by. */
const EACH = 60;

const sets = new Map<Difference, Promise<Sighting[]>>();

/** Pictures of both sets in turn. */
export function picturesOf(difference: Difference): Promise<Sighting[]> {
  const make = async () => {
    const sightings: Sighting[] = [];
    for (let i = 0; i < 4 * EACH; i++) sightings.push(await DIFFERENCES[difference][i % 2](random(7, 1, i)));
    return sightings;
  };
  if (!sets.has(difference)) sets.set(difference, make());
  return sets.get(difference)!;
}

/** Accuracy of a logistic regression on held-out pictures, and the p-value of the exact test against chance. */
export async function toldApart(
  name: EvidenceName,
  difference: Difference,
): Promise<{ accuracy: number; p: number }> {
  const sightings = await picturesOf(difference);
  const training = sightings.slice(0, 2 * EACH), judged = sightings.slice(2 * EACH);
  using reader = await evidenceOf(name).prepare(training, 3);
  const labels = Int32Array.from(training, (_, i) => i % 2);
  const [fitted, seen] = [await reader.vectorsOf(training), await reader.vectorsOf(judged)];
  const { accuracy } = await probeLogistic(featuresOf(fitted, labels), featuresOf(seen, labels), {
    classes: 2,
    seed: 0,
    l2: [0.1],
  });
  return { accuracy: accuracy.value, p: binomialTest(accuracy, 0.5).p };
}
