/**
 * JPEG files decoded by TensorFlow's own ops: in half the time that sharp takes, at once, and only
 * the part that is wanted.
 */
import { attribute, type OpAttribute } from "./attributes.ts";
import { TensorFlowBinding } from "./binding.ts";
import type { TensorMetadata } from "./tensor_table.ts";
import { findLibrary } from "./library.ts";
import { NATIVE_ENVIRONMENT, releaseCode, setNativeEnvironment } from "./process.ts";
import { DataType } from "./tensor.ts";

/** The part of a JPEG file to decode, and its scale. */
interface JpegPart {
  /**
   * The image is decoded at this part of its width and height, rounded up, which takes less time than to
   * reduce it later. Default: 1.
   */
  ratio?: 1 | 2 | 4 | 8;
  /** Rectangle of the image at that scale, px. Default: all of it. */
  crop?: { left: number; top: number; width: number; height: number };
  /** Gives an array of so many values or more for the pixels. Default: a new one. */
  room?: (values: number) => Uint8Array;
}

/** A context of one thread and without GPU: each thread of a program that decodes has its own. */
let own: TensorFlowBinding | undefined;

/**
 * Decodes a JPEG file, or a part of it, to RGB, always to the same values.
 *
 * @returns `[height, width, 3]`, 8 bits a value
 * @throws {Error} when TensorFlow's library is not found, the file is damaged, or the
 * rectangle is not within the image
 */
export function decodeJpeg(
  file: Uint8Array,
  { ratio = 1, crop, room = (values) => new Uint8Array(values) }: JpegPart = {},
): { pixels: Uint8Array; height: number; width: number } {
  const binding = own ??= startDecoder();
  const made = [binding.createBytesView(file)];
  try {
    if (crop) {
      const window = Int32Array.of(crop.top, crop.left, crop.height, crop.width);
      made.push(binding.createTensor([4], DataType.int32, window));
    }
    const op = crop ? "DecodeAndCropJpeg" : "DecodeJpeg";
    const [{ id, shape: [height, width] }]: TensorMetadata[] = binding.executeOp(
      op,
      settings(ratio),
      made,
      1,
    );
    made.push(id);
    const pixels = room(height * width * 3);
    binding.copyBytes(id, pixels);
    return { pixels, height, width };
  } finally {
    for (const id of made) binding.deleteTensor(id);
  }
}

function startDecoder(): TensorFlowBinding {
  const library = findLibrary();
  if (!library) {
    throw new Error(
      "Stored JPEG files are decoded by TensorFlow's library, which was not found; run `deno task lab` or `deno task test` " +
        "once, whose set-up installs it into .venv.",
    );
  }
  setNativeEnvironment(NATIVE_ENVIRONMENT);
  const binding = new TensorFlowBinding(library, { threads: 1, gpu: false });
  releaseCode(library.core);
  return binding;
}

/**
 * The slow and exact integer transform, and smooth enlarging of reduced colour: what
 * Pillow and sharp decode with.
 */
function settings(ratio: number): OpAttribute[] {
  return [
    attribute.int("channels", 3),
    attribute.int("ratio", ratio),
    attribute.bool("fancy_upscaling", true),
    attribute.string("dct_method", "INTEGER_ACCURATE"),
  ];
}
