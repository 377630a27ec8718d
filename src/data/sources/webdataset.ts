import { basename } from "node:path";
import type { Manifest } from "../manifest.ts";
import type { SourceOf } from "../source_schema.ts";
import { isImageName, withoutEnding } from "./image_names.ts";
import { openFile, shardPaths } from "./local_files.ts";
import { LARGEST_FILE, photoPixels } from "./photo.ts";
import type { SourceImage } from "./source.ts";
import { type TarMember, tarMembers } from "./tar_members.ts";

/**
 * The images of WebDataset's tar files, in order. The members of a sample follow one another and share their name up to the first
 * dot; an image's class, where it has one, is the number in the member `.cls`. Where there are several shards, a key begins with
 * its shard's name.
 *
 * @throws Error when a shard is missing, damaged or ends early, naming it
 */
export async function* webdatasetImages(
  manifest: Manifest,
  source: SourceOf<"webdataset">,
): AsyncGenerator<SourceImage> {
  const paths = shardPaths(manifest.folder, source.shards);
  for (const path of paths) {
    const prefix = paths.length > 1 ? `${basename(path, ".tar")}/` : "";
    for await (const sample of samples(path)) {
      yield* imagesOf(sample, prefix, manifest);
    }
  }
}

async function* samples(path: string): AsyncGenerator<TarMember[]> {
  const options = {
    wanted: (name: string) => isImageName(name) || name.endsWith(".cls"),
    largest: LARGEST_FILE,
  };
  let sample: TarMember[] = [];
  try {
    for await (const member of tarMembers(openFile(path), options)) {
      if (sample.length > 0 && sampleKey(sample[0].name) !== sampleKey(member.name)) {
        yield sample;
        sample = [];
      }
      sample.push(member);
    }
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}; obtain it again`, { cause: error });
  }
  if (sample.length > 0) yield sample;
}

/** A member's path up to the first dot of its last part. */
function sampleKey(name: string): string {
  return name.slice(0, name.length - basename(name).length) + basename(name).split(".")[0];
}

function* imagesOf(sample: TarMember[], prefix: string, manifest: Manifest): Generator<SourceImage> {
  const label = labelOf(sample.find(({ name }) => name.endsWith(".cls")));
  for (const member of sample.filter(({ name }) => isImageName(name))) {
    const key = prefix + withoutEnding(member.name);
    yield {
      key,
      ...(label !== undefined && { label }),
      pixels: () =>
        member.refused === undefined
          ? photoPixels(member.bytes, manifest)
          : Promise.reject(new Error(member.refused)),
    };
  }
}

function labelOf(member?: TarMember): number | undefined {
  if (!member || member.refused !== undefined) return undefined;
  const text = new TextDecoder().decode(member.bytes.subarray(0, 20)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
