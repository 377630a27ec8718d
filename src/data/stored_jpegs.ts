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

/** Fills an array from a byte of a shard on, by its number; of `images.bin` where that is -1. */
export type ReadJpeg = (shard: number, start: number, into: Uint8Array) => void;

/** The images of a folder; where they lie is read when the first is asked for. */
export function storedJpegs(
  folder: string,
  count: number,
  read: ReadJpeg,
): (index: number) => EncodedImage {
  let known: JpegPlaces | undefined;
  const [files, pixels] = [room(), room()];
  return (index) => {
    const { shards, offsets, lengths, widths, heights } = known ??= readJpegPlaces(folder, count);
    const [width, height] = [widths[index], heights[index]];
    const file = () => {
      const bytes = files(lengths[index]).subarray(0, lengths[index]);
      read(shards[index], offsets[index], bytes);
      return bytes;
    };
    return {
      file,
      width,
      height,
      channels: 3,
      decode: (box, ratio) => {
        const bytes = file();
        const isWhole = box.width === Math.ceil(width / ratio) && box.height === Math.ceil(height / ratio);
        try {
          return { ...decode!(bytes, { ratio, crop: isWhole ? undefined : box, room: pixels }), channels: 3 };
        } catch (cause) {
          const { message } = cause as Error;
          throw new Error(`image ${index} of ${folder} cannot be decoded (${message})`, { cause });
        }
      },
    };
  };
}
