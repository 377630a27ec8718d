import type { Random } from "../../stats/mod.ts";
import { brightness, color, contrast, hue } from "../color.ts";
import type { PackedImage } from "../image.ts";
import type { GroupParameter, NumberParameter, ValueOf } from "../parameters.ts";
import { transform } from "./transform.ts";

/** A factor drawn from [max(0, 1 - amount), 1 + amount]. */
const factor = {
  type: "number",
  least: 0,
  does: "the factor is drawn from 1 - amount, at least 0, to 1 + amount",
} as const satisfies NumberParameter;

/** The field of an augmentation. */
const jitter = {
  type: "group",
  does: "how far each is moved; timm leaves colours alone where there is RandAugment",
  default: null,
  parameters: {
    brightness: factor,
    contrast: factor,
    saturation: factor,
    hue: { type: "number", least: 0, most: 0.5, does: "part of the circle, drawn from -hue to hue" },
  },
} as const satisfies GroupParameter;

/** How far colours are moved: the arguments of torchvision's `ColorJitter`. */
type ColorJitter = ValueOf<typeof jitter>;

/** torchvision's `ColorJitter`. */
export const colorJitter = transform({
  name: "ColorJitter",
  kind: "colour",
  does: "changes brightness, contrast, saturation and hue in a random order",
  source: "torchvision ColorJitter",
  parameters: { colorJitter: jitter },
  isOn: ({ colorJitter }) => colorJitter !== null,
  apply(image, { colorJitter }, random) {
    if (colorJitter) jitterColors(image, colorJitter, random);
  },
  examples: [{ settings: { colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 } } }],
});

/**
 * The four changes in torchvision's order of drawing: setting, operation, and the factor that changes
 * nothing.
 */
const CHANGES: [
  key: keyof ColorJitter,
  apply: (image: PackedImage, factor: number) => void,
  neutral: 0 | 1,
][] = [
  ["brightness", brightness, 1],
  ["contrast", contrast, 1],
  ["saturation", color, 1],
  ["hue", hue, 0],
];

/**
 * Changes brightness, contrast, saturation and hue in place by random factors and in a random order, as
 * torchvision's `ColorJitter` on Pillow images. A change whose range is 0 is left out. Saturation and hue
 * leave a grey image as it is.
 */
export function jitterColors(image: PackedImage, jitter: ColorJitter, random: Random): void {
  const order = [0, 1, 2, 3];
  for (let i = 3; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const factors = CHANGES.map(([key, , neutral]) => {
    const least = neutral === 1 ? Math.max(0, 1 - jitter[key]) : -jitter[key];
    return jitter[key] === 0 ? undefined : least + (neutral + jitter[key] - least) * random.uniform();
  });
  for (const i of order) {
    const factor = factors[i];
    if (factor !== undefined) CHANGES[i][1](image, factor);
  }
}
