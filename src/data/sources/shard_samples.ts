/** Samples in WebDataset's shards: members of a tar archive that follow one another and share their name. */
import { basename } from "node:path";
import { openBytes } from "../files/open.ts";
import { isUrl } from "../files/places.ts";
import { type TarMember, tarMembers } from "../files/tar_members.ts";
import type { SourceManifest } from "./source.ts";
import { LARGEST_FILE } from "./stored_image.ts";

/**
 * The samples of one shard: members that follow one another and share their key.
 *
 * @throws {Error} when the shard is missing, damaged or ends early, naming it
 */
export async function* shardSamples(
  place: string,
  { access }: Pick<SourceManifest, "access">,
  wanted: (name: string) => boolean,
): AsyncGenerator<TarMember[]> {
  let sample: TarMember[] = [];
  try {
    for await (const member of tarMembers(openBytes(place, access), { wanted, largest: LARGEST_FILE })) {
      if (sample.length > 0 && sampleKey(sample[0].name) !== sampleKey(member.name)) {
        yield sample;
        sample = [];
      }
      sample.push(member);
    }
  } catch (error) {
    const { message } = error as Error;
    throw message.includes(place)
      ? error
      : new Error(`${place} is damaged: ${message}; obtain it again`, { cause: error });
  }
  if (sample.length > 0) yield sample;
}

/** A member's path up to the first dot of its last part. */
function sampleKey(name: string): string {
  const last = basename(name);
  return name.slice(0, name.length - last.length) + last.split(".")[0];
}

/** A member of the archive at `place`, as the image file that it is. */
export function memberFile(member: TarMember, place: string) {
  if (member.refused !== undefined) {
    const { refused } = member;
    return { place, file: () => Promise.reject(new Error(refused)) };
  }
  const { bytes, offset } = member;
  return { place, ...(!isUrl(place) && { offset }), file: () => Promise.resolve(bytes) };
}
