/** Decoding, geometry, augmentation, corruption and hashing of images as packed 8-bit pixels. */
export { type ColorJitter, colorJitter } from "./color_jitter.ts";
export {
  checkCorruption,
  corrupt,
  type Corruption,
  PAPER_CORRUPTIONS,
  scaleCorruption,
} from "./corruptions.ts";
export * from "./decode.ts";
export { type DecoderOptions, type Decoders, startDecoders } from "./decoding/decoders.ts";
export { type Decoded, serveDecoder } from "./decoding/serve.ts";
export { decodeWhole, type EncodedImage, partOf, type Reduction, reductionFor } from "./encoded.ts";
export * from "./geometry.ts";
export type { Box, PackedImage } from "./image.ts";
export { IMAGE_FAILURES, ImageFailure, imageFailure, type ImageFailureReason } from "./image_failure.ts";
export { type ImageFormat, imageFormat } from "./image_format.ts";
export { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
export { drawInterpolation, type Interpolation, type InterpolationChoice } from "./interpolation.ts";
export { loadSharpForDrawings } from "./load_sharp.ts";
export * from "./perceptual_hash.ts";
export { parseRandAugment, type RandAugment, randAugment } from "./rand_augment.ts";
export { resample } from "./resample.ts";
export * from "./stored_jpeg.ts";
export { type RandomErasing, randomErasing } from "./random_erasing.ts";
export { imageTransforms, type Transform } from "./transforms.ts";
