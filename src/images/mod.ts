/**
 * Images as packed 8-bit pixels: decoding, resizing, augmentation, corruption, hashing. schemas.ts is a
 * second door, for zod.
 */
export {
  checkCorruption,
  corruptByKey,
  type Corruption,
  corruptionName,
  corruptionSizes,
  corruptionStrength,
  listedCorruptions,
  PAPER_CORRUPTIONS,
  scaleCorruption,
} from "./corruptions.ts";
export {
  decode,
  DECODES_IN_FLIGHT,
  encodePng,
  fromImage,
  inOrder,
  loadSharpForDrawings,
  PIXEL_LIMIT,
  rasterize,
  squareSvg,
} from "./decoding/decode.ts";
export { type DecoderOptions, type Decoders, startDecoders } from "./decoding/decoders.ts";
export {
  IMAGE_FAILURES,
  ImageFailure,
  imageFailure,
  type ImageFailureReason,
} from "./decoding/image_failure.ts";
export { type Decoded, serveDecoder } from "./decoding/serve.ts";
export { inStoredForm, STORED_QUALITY, storedJpeg } from "./decoding/stored_jpeg.ts";
export { centreSquare, cropResize, type Interpolation, resizeAndCentreCrop } from "./resample.ts";
export { type Box, clip8, decodeWhole, type EncodedImage, luma, type PackedImage } from "./image.ts";
export { IMAGENET_MEAN, IMAGENET_STD } from "./color.ts";
export { lookOf, perceptualHash } from "./perceptual_hash.ts";
export {
  type Augmentation,
  augmentationIdentity,
  augmentationNames,
  imageTransforms,
  isAugmented,
  makeAugment,
  randomCrop,
} from "./transforms/augmentation.ts";
export type { TransformExample } from "./transforms/transform.ts";
