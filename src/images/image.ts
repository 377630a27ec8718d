/** A rectangle of whole pixels within an image. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A packed image: `pixels[(y * width + x) * channels + c]`, 8 bits a value. */
export interface PackedImage {
  pixels: Uint8Array;
  height: number;
  width: number;
  /** 1 (grey) or 3 (RGB). */
  channels: number;
}
