import type { Random } from "../../stats/mod.ts";
import { brightness, color, contrast, hue } from "../colour.ts";
import type { PackedImage } from "../image.ts";

/** How far colours are moved: torchvision's `ColorJitter`. */
export interface ColorJitter {
  /** Factor drawn from [max(0, 1 - brightness), 1 + brightness]. */
  brightness: number;
  /** Likewise. */
  contrast: number;
  /** Likewise. */
  saturation: number;
  /** Part of the circle drawn from [-hue, hue], at most 0.5. */
  hue: number;
}

/** The four changes in torchvision's order of drawing: what does it, and the factor that changes nothing. */
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
 * Changes brightness, contrast, saturation and hue by random factors in a random order, in place, as torchvision's `ColorJitter` on
 * Pillow images. A change whose range is 0 is left out; saturation and hue leave a grey image as it is.
 */
export function colorJitter(image: PackedImage, jitter: ColorJitter, random: Random): void {
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
