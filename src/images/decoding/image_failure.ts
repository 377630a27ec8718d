/**
 * The reasons for which an image file cannot be used: a fixed list, so that bad images are counted by reason.
 */

/** Every reason with its meaning for a reader, in the order in which an image meets them. */
export const IMAGE_FAILURES = {
  not_an_image: { meaning: "the bytes are no image" },
  format_not_supported: { meaning: "an image, but no JPEG, PNG, WebP or GIF: AVIF, HEIC, TIFF, …" },
  too_many_pixels: { meaning: "more pixels, or more pixels a byte, than are allowed" },
  damaged: { meaning: "the image is damaged or cut off" },
  decoder_crashed: { meaning: "the decoder's process ended on it" },
  decoder_timed_out: { meaning: "the decoder was too long about it" },
  decoder_out_of_memory: { meaning: "the decoder took more memory for it than is allowed" },
} as const satisfies Record<string, { meaning: string }>;

/** Name of a reason. */
export type ImageFailureReason = keyof typeof IMAGE_FAILURES;

/** One image file that cannot be used. */
export class ImageFailure extends Error {
  override name = "ImageFailure";

  /** @param message the details of this case: a size, a format, the decoder's words */
  constructor(readonly reason: ImageFailureReason, message: string) {
    super(message);
  }
}

/** Letters that are kept of a decoder's message. */
const MOST_LETTERS = 200;

/** Turns an error of a decoder into a failure: a damaged image, unless it is a failure already. */
export function imageFailure(error: unknown): ImageFailure {
  if (error instanceof ImageFailure) return error;
  const [line] = `${(error as Error)?.message ?? error}`.trim().split("\n");
  return new ImageFailure("damaged", line.slice(0, MOST_LETTERS));
}
