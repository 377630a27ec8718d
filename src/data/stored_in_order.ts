import { type Decoders, DECODES_IN_FLIGHT, ImageFailure, imageFailure } from "../images/mod.ts";
import type { LeftOut, LeftOutReason } from "./left_out.ts";
import type { SourceImage } from "./sources/source.ts";
import type { StoredFacts, StoredImage } from "./stored_image.ts";

/** What became of an image of a source: it is stored, or could not be drawn or decoded. */
export type Ended =
  & { source: SourceImage }
  & ({ stored: StoredImage; failure?: undefined } | {
    stored?: undefined;
    failure: Pick<LeftOut, "reason" | "detail">;
  });

/**
 * Draws or decodes images, with as many in flight as keep every core busy, and gives them out in the source's order, whichever was done
 * first.
 *
 * @throws Error when no process that decodes can be started, or as the source
 */
export async function* storedInOrder(
  images: AsyncIterable<SourceImage>,
  decoders: Decoders<StoredFacts>,
): AsyncGenerator<Ended> {
  const inFlight: Promise<Ended>[] = [];
  for await (const image of images) {
    const end = ended(image, decoders);
    end.catch(() => {}); // it is thrown when it is its turn
    inFlight.push(end);
    if (inFlight.length >= DECODES_IN_FLIGHT) yield await inFlight.shift()!;
  }
  for (const last of inFlight) yield await last;
}

async function ended(source: SourceImage, decoders: Decoders<StoredFacts>): Promise<Ended> {
  const failed = (reason: LeftOutReason, { message }: Error) => ({
    source,
    failure: { reason, detail: message },
  });
  const done = (stored: StoredImage) => ({ source, stored });
  if ("drawn" in source) {
    return await source.drawn().then(done, (error) => failed("damaged", imageFailure(error)));
  }
  const file = await source.file().catch((error) => failed("unreadable", error));
  if (!(file instanceof Uint8Array)) return file;
  return await decoders.decode(file).then(done, (error) => {
    if (error instanceof ImageFailure) return failed(error.reason, error);
    throw error; // it is not the image's
  });
}
