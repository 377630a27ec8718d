/** The JPEG files of a pool, decoded as far as is asked for. */
import type { EncodedImage } from "../images/mod.ts";
import type { decodeJpeg } from "../tensorflow/mod.ts";
import { type JpegPlaces, readJpegPlaces } from "./pool_index.ts";

let decode: typeof decodeJpeg | undefined;

/** Loads what decodes them. A thread that reads pools of pixels alone goes without it, and starts sooner. */
export async function loadJpegDecoder(): Promise<void> {
  decode ??= (await import("../tensorflow/mod.ts")).decodeJpeg;
}

/** A function that gives the same array again and again, as long as it is long enough. */
function room(): (length: number) => Uint8Array {
  let array = new Uint8Array(0);
  return (length) => array.length >= length ? array : array = new Uint8Array(length);
}

/**
 * The images in a folder's `images.bin`; where they lie is read when the first is asked for.
 *
 * @param read fills an array from a byte of the file on
 */
export function storedJpegs(
  folder: string,
  count: number,
  read: (start: number, into: Uint8Array) => void,
): (index: number) => EncodedImage {
  let known: JpegPlaces | undefined;
  const [files, pixels] = [room(), room()];
  return (index) => {
    const { offsets, lengths, widths, heights } = known ??= readJpegPlaces(folder, count);
    const [width, height] = [widths[index], heights[index]];
    return {
      width,
      height,
      channels: 3,
      decode: (box, ratio) => {
        const file = files(lengths[index]).subarray(0, lengths[index]);
        read(offsets[index], file);
        const isWhole = box.width === Math.ceil(width / ratio) && box.height === Math.ceil(height / ratio);
        try {
          return { ...decode!(file, { ratio, crop: isWhole ? undefined : box, room: pixels }), channels: 3 };
        } catch (cause) {
          const { message } = cause as Error;
          throw new Error(`image ${index} of ${folder} cannot be decoded (${message})`, { cause });
        }
      },
    };
  };
}
