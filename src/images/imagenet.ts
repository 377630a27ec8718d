/** ImageNet's mean of R, G, B, of values in [0, 1], as in torchvision and timm. */
export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
/** ImageNet's standard deviation of R, G, B. */
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

/** The mean in 8 bits for an image of 1 (its luma) or 3 channels: what timm fills with where there is no image. */
export const MEAN_COLOR: Record<number, readonly number[]> = { 1: [117], 3: [124, 116, 104] };
/** The standard deviation in 8 bits; of a grey image the mean of the three. */
export const COLOR_STD: Record<number, readonly number[]> = {
  1: [255 * (IMAGENET_STD[0] + IMAGENET_STD[1] + IMAGENET_STD[2]) / 3],
  3: IMAGENET_STD.map((std) => 255 * std),
};
