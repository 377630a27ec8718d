/**
 * Corruptions of the paper's Table 5. They are no augmentations: a corruption is part of the data, of
 * training and validation images alike, and an image looks the same every time that it is shown. Each kind is
 * one object of one list. The type, the check, the scaling and the names are folds over the list, and so is
 * the zod schema in schemas.ts.
 */
import { createHash } from "node:crypto";
import { type Random, random, STREAMS } from "../stats/mod.ts";
import { gaussianBlur } from "./blur.ts";
import { clip8, type PackedImage } from "./image.ts";
import {
  checkSettings,
  type Flat,
  type NumberParameter,
  parametersText,
  type SettingsOf,
} from "./parameters.ts";
import { resample } from "./resample.ts";
import { jitterColors } from "./transforms/color_jitter.ts";

/** Numbers alone decide a corruption. */
type NumberParameters = Readonly<Record<string, NumberParameter>>;

/** One way to corrupt images. */
interface CorruptionKind<Name extends string = string, P extends NumberParameters = NumberParameters> {
  /** Its name in an experiment's `corruption`. */
  name: Name;
  /** Says in a few words what happens to an image. */
  does: string;
  /** The paper or library that it follows. */
  source: string;
  /** Its parameters and their ranges; sizes have the unit px. */
  parameters: P;
  /**
   * Its settings in Table 5, the weaker first; none for a kind that the paper does not have. Sizes are for
   * images whose shorter side is 256 px.
   */
  paper: readonly SettingsOf<P>[];
  /** Corrupts an image in place. */
  apply(image: PackedImage, settings: SettingsOf<P>, random: Random): void;
  /** How strong it is: more is stronger. Comparable within its kind only. */
  strength(settings: SettingsOf<P>): number;
  /** Its name for a reader: "Gaussian blur, radius 0.75 px". */
  label(settings: SettingsOf<P>): string;
}

/** Declares a kind; TypeScript infers its settings from `parameters`. */
function corruption<const Name extends string, const P extends NumberParameters>(
  kind: CorruptionKind<Name, P>,
): CorruptionKind<Name, P> {
  return kind;
}

const seed = {
  type: "number",
  least: 0,
  whole: true,
  does: "decides, with the image's key, what is random",
} as const satisfies NumberParameter;

/** Every kind: those of Table 5 in its order, then others. */
export const CORRUPTIONS = [
  corruption({
    name: "color-jitter",
    does: "jitters colours, once and for all",
    source: "torchvision ColorJitter",
    parameters: {
      strength: {
        type: "number",
        least: 0,
        does: "brightness, contrast and saturation of ColorJitter, as timm reads a single strength",
      },
      seed,
    },
    // The paper does not say what strength means for hue: it is left alone.
    paper: [{ strength: 1, seed: 0 }, { strength: 2, seed: 0 }],
    apply(image, { strength }, random) {
      jitterColors(image, { brightness: strength, contrast: strength, saturation: strength, hue: 0 }, random);
    },
    strength: ({ strength }) => strength,
    label: ({ strength }) => `color jitter, strength ${strength}`,
  }),
  corruption({
    name: "gaussian-noise",
    does: "adds normal noise to every value",
    source: "paper, Table 5",
    parameters: {
      std: {
        type: "number",
        least: 0,
        does: "standard deviation, of values in [0, 1], which are cut off there",
      },
      seed,
    },
    paper: [{ std: 0.2, seed: 0 }, { std: 0.3, seed: 0 }],
    apply: (image, { std }, random) => gaussianNoise(image, std, random),
    strength: ({ std }) => std,
    label: ({ std }) => `Gaussian noise, std ${std}`,
  }),
  corruption({
    name: "gaussian-blur",
    does: "blurs",
    source: "Pillow GaussianBlur",
    parameters: {
      radius: { type: "number", least: 0, unit: "px", does: "standard deviation of the Gaussian" },
    },
    paper: [{ radius: 3 }, { radius: 5 }],
    apply: (image, { radius }) => gaussianBlur(image, radius),
    strength: ({ radius }) => radius,
    label: ({ radius }) => `Gaussian blur, radius ${radius} px`,
  }),
  corruption({
    name: "low-resolution",
    does: "resizes down and up again, bilinearly",
    source: "Pillow resize",
    parameters: {
      size: {
        type: "number",
        least: 1,
        whole: true,
        unit: "px",
        does: "side of the square that it is reduced to",
      },
    },
    paper: [{ size: 64 }, { size: 32 }],
    apply: (image, { size }) => lowResolution(image, size),
    strength: ({ size }) => 1 / size,
    label: ({ size }) => `low resolution, ${size}x${size} px`,
  }),
] as const;

type CorruptionOf<Kind> = Kind extends CorruptionKind<infer Name, infer P>
  ? Flat<{ name: Name } & SettingsOf<P>>
  : never;

/**
 * A corruption as an experiment says it; sizes in px of the image that it is applied to (see {@link
 * scaleCorruption}).
 */
export type Corruption = CorruptionOf<(typeof CORRUPTIONS)[number]>;

/**
 * The eight of Table 5. On "YCD" ConvNeXt-T reaches 84.7% without a corruption, and 81.1, 80.2, 77.3, 75.1,
 * 80.9, 78.1, 78.4 and 68.4% with these, in this order.
 */
export const PAPER_CORRUPTIONS: readonly Corruption[] = CORRUPTIONS.flatMap(({ name, paper }) =>
  paper.map((settings) => ({ name, ...settings }) as Corruption)
);

/**
 * Every kind in words, for a table: its fields with their ranges, and the names of its settings in Table 5.
 */
export const listedCorruptions = (CORRUPTIONS as readonly CorruptionKind[]).map(
  ({ name, does, parameters, paper, label, source }) => ({
    ...{ name, does, source },
    parameters: parametersText(parameters),
    paper: paper.map((settings) => label(settings)),
  }),
);

/** Side of the stored image that the sizes of {@link PAPER_CORRUPTIONS} are for, px. */
const PAPER_SIDE = 256;

/** @throws {Error} for a name that is not listed */
function kindOf({ name }: Corruption): CorruptionKind {
  const kinds: readonly CorruptionKind[] = CORRUPTIONS;
  const found = kinds.find((kind) => kind.name === name);
  if (found) return found;
  throw new Error(
    `corruption.name is "${name}"; it must be one of ${kinds.map((kind) => kind.name).join(", ")}`,
  );
}

/** A corruption without its name, for the functions of its kind. */
function settingsOf(corruption: Corruption): Record<string, number> {
  const { name: _, ...settings } = corruption;
  return settings;
}

/** The sizes of a corruption, px of the image that it is applied to: none, or one by its name. */
export function corruptionSizes(corruption: Corruption): Record<string, number> {
  const { parameters } = kindOf(corruption);
  const sizes = Object.entries(settingsOf(corruption)).filter(([name]) => parameters[name]?.unit === "px");
  return Object.fromEntries(sizes);
}

/**
 * Scales a corruption of the paper to images of another size: its px grow in proportion to the side. For
 * stored images of 64 px a blur of radius 3 becomes one of 0.75, which spreads over the same part of a
 * picture. A low resolution of 64 px becomes one of 16, which keeps the same share of the pixels. A notebook
 * that wants as many px of the network's input as in the paper names its own sizes.
 *
 * @param side side of the stored images, px; of photographs stored as JPEG, the side that the shorter one was
 *   reduced to
 */
export function scaleCorruption(corruption: Corruption, side: number): Corruption {
  const { parameters } = kindOf(corruption);
  const scaled = Object.entries(corruptionSizes(corruption)).map(([name, size]) => {
    const { least, whole } = parameters[name];
    const length = size * (side / PAPER_SIDE);
    return [name, whole ? Math.max(least, Math.round(length)) : length];
  });
  return { ...corruption, ...Object.fromEntries(scaled) };
}

/**
 * Checks a corruption.
 *
 * @throws {Error} naming the field at fault
 */
export function checkCorruption(corruption: Corruption): void {
  checkSettings(kindOf(corruption).parameters, corruption, "corruption");
}

/**
 * Corrupts an image in place.
 *
 * @param random decides colours and noise: name it by the corruption's seed and the image's key
 */
export function corrupt(image: PackedImage, corruption: Corruption, random: Random): void {
  kindOf(corruption).apply(image, settingsOf(corruption), random);
}

/**
 * Corrupts a stored image in place, the same way every time: by the corruption's seed and the image's key
 * alone.
 *
 * @param key the image's key within its dataset
 */
export function corruptByKey(image: PackedImage, corruption: Corruption, key: string): void {
  const seed = "seed" in corruption ? corruption.seed : 0;
  const place = createHash("sha256").update(key).digest().readUIntBE(0, 6);
  corrupt(image, corruption, random(seed, STREAMS.corruption, place));
}

/** A corruption's name for a reader, "Gaussian blur, radius 0.75 px"; "none" for `null`. */
export function corruptionName(corruption: Corruption | null): string {
  return corruption ? kindOf(corruption).label(settingsOf(corruption)) : "none";
}

/** How strong a corruption is among those of its kind: more is stronger. */
export function corruptionStrength(corruption: Corruption): number {
  return kindOf(corruption).strength(settingsOf(corruption));
}

/** Adds normal noise to every value, `std` on the scale of [0, 1]. */
export function gaussianNoise({ pixels }: PackedImage, std: number, random: Random): void {
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = clip8(Math.round(pixels[i] + 255 * std * random.normal()));
  }
}

let small = new Uint8Array(0);

/** Resizes to `size` x `size` px and back, both with Pillow's BILINEAR. */
export function lowResolution(image: PackedImage, size: number): void {
  const { pixels, height, width, channels } = image;
  if (small.length < size * size * channels) small = new Uint8Array(size * size * channels);
  const whole = { left: 0, top: 0, width, height };
  const reduced = { left: 0, top: 0, width: size, height: size };
  resample(image, whole, size, size, reduced, small);
  resample({ pixels: small, height: size, width: size, channels }, reduced, width, height, whole, pixels);
}
