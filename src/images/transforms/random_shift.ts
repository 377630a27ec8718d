import type { PackedImage } from "../image.ts";
import { transform } from "./transform.ts";

/**
 * Moves an image by whole pixels, as torchvision's `RandomCrop` with padding does (mode `edge`): the image
 * grows by its edge pixels on all sides, and a square of its own size is cut out. Unlike a crop that resizes,
 * it leaves the widths of strokes and the grain of a photograph as they are.
 */
export const randomShift = transform({
  name: "RandomCrop",
  kind: "geometry",
  does: "pads with the pixels of the edge and cuts out a part of the same size: moves without resizing",
  source: "torchvision RandomCrop(padding, padding_mode='edge')",
  paperName: "Shift",
  parameters: {
    shift: {
      type: "number",
      least: 0,
      most: 1,
      default: 0,
      does: "padding, share of the side; 0.125: 4 px of 32, as is usual for CIFAR-10",
    },
  },
  isOn: ({ shift }) => shift > 0,
  apply(image, { shift }, random) {
    const most = Math.round(shift * image.width);
    if (most === 0) return;
    const right = random.below(2 * most + 1) - most;
    moveBy(image, right, random.below(2 * most + 1) - most);
  },
  examples: [{ settings: { shift: 0.125 } }],
});

/** Moves an image by whole pixels in place; what comes in is the pixel at the edge. */
export function moveBy({ pixels, width, height, channels }: PackedImage, right: number, down: number): void {
  const before = pixels.slice(0, width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = Math.min(Math.max(y - down, 0), height - 1) * width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.min(Math.max(x - right, 0), width - 1)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) pixels[to + c] = before[from + c];
    }
  }
}
