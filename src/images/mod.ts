/** Decoding, geometry, augmentation, corruption and hashing of images as packed 8-bit pixels. */
export { type ColorJitter, colorJitter } from "./transforms/color_jitter.ts";
export {
  checkCorruption,
  corrupt,
  type Corruption,
  PAPER_CORRUPTIONS,
  scaleCorruption,
} from "./corruptions.ts";
export * from "./decoding/decode.ts";
export { type DecoderOptions, type Decoders, startDecoders } from "./decoding/decoders.ts";
export { type Decoded, serveDecoder } from "./decoding/serve.ts";
export {
  type Box,
  decodeWhole,
  type EncodedImage,
  type PackedImage,
  partOf,
  type Reduction,
  reductionFor,
} from "./image.ts";
export * from "./geometry.ts";
export {
  IMAGE_FAILURES,
  ImageFailure,
  imageFailure,
  type ImageFailureReason,
} from "./decoding/image_failure.ts";
export { type ImageFormat, imageFormat } from "./decoding/image_format.ts";
export { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
export { drawInterpolation, type Interpolation, type InterpolationChoice, resample } from "./resample.ts";
export { loadSharpForDrawings } from "./decoding/decode.ts";
export * from "./perceptual_hash.ts";
export { parseRandAugment, type RandAugment, randAugment } from "./transforms/rand_augment.ts";
export * from "./decoding/stored_jpeg.ts";
export { type RandomErasing, randomErasing } from "./transforms/random_erasing.ts";
export { imageTransforms, type Transform } from "./transforms.ts";
