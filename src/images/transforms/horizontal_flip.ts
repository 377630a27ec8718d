import { transform } from "./transform.ts";

/** Mirrors an image left to right, as torchvision's `RandomHorizontalFlip`. */
export const horizontalFlip = transform({
  name: "RandomHorizontalFlip",
  kind: "geometry",
  does: "mirrors left to right",
  source: "torchvision RandomHorizontalFlip",
  parameters: {
    flip: { type: "number", least: 0, most: 1, does: "probability; the paper's recipe: 0.5" },
  },
  isOn: ({ flip }) => flip > 0,
  apply({ pixels, height, width, channels }, { flip }, random) {
    // A probability of 0 draws as well: what comes after sees the same stream whatever the probability.
    if (random.uniform() < flip) flipHorizontal(pixels, height, width, channels);
  },
  examples: [{ settings: { flip: 1 } }],
});

/** Mirrors a square or oblong image left to right, in place. */
export function flipHorizontal(pixels: Uint8Array, height: number, width: number, channels: number): void {
  for (let y = 0; y < height; y++) {
    let left = y * width * channels;
    let right = left + (width - 1) * channels;
    while (left < right) {
      for (let c = 0; c < channels; c++) {
        const kept = pixels[left + c];
        pixels[left + c] = pixels[right + c];
        pixels[right + c] = kept;
      }
      left += channels;
      right -= channels;
    }
  }
}
