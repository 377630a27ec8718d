/** Decoding, geometry and hashing of images as packed 8-bit pixels. */
export * from "./decode.ts";
export * from "./geometry.ts";
export * from "./perceptual_hash.ts";
