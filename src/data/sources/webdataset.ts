import { z } from "zod";
import { byRank } from "../../stats/mod.ts";
import { isUrl, localFilesOf, placesOf, printable, shortNames } from "../files/places.ts";
import { type TarMember } from "../files/tar_members.ts";
import {
  isArchiveName,
  isImageName,
  memberFolders,
  memberPath,
  nestedArchives,
  withoutEnding,
} from "./image_paths.ts";
import { memberFile, shardSamples } from "./shard_samples.ts";
import {
  archiveFields,
  classesSchema,
  patternSchema,
  type SourceImage,
  sourceKind,
  type SourceManifest,
} from "./source.ts";

const schema = z.strictObject({
  type: z.literal("webdataset").describe(
    "Images in tar files (also .tar.gz), one after another, as WebDataset keeps them.",
  ),
  shards: patternSchema,
  ...archiveFields,
  classes: classesSchema.optional(),
  members: z.array(z.string().regex(/^[^./][^/]*$/)).min(1).optional().describe(
    'Endings of the members of a sample that are images of the dataset, as ["jpg"] where each has a mask.png ' +
      "beside it. Default: all.",
  ),
}).refine(({ classFolders, classes }) => !(classFolders && classes), {
  path: ["classes"],
  message: "the folders name the classes: leave it out, or classFolders",
});

/** WebDataset's shards, and plain tar archives of images. */
export const webdataset = sourceKind({
  type: "webdataset",
  schema,
  fixedByVersion: false,
  origin: ({ shards }) => shards,
  localFiles: (folder, { shards }) => localFilesOf(folder, shards),
  images: webdatasetImages,
  sampled: (by) => `shards ${by}, their images in order`,
  classes: (_, { classes }) => classes,
  splits: ({ splits = [] }) => splits,
  readInPlace: ({ shards }) => !isUrl(shards),
});

/**
 * The images of WebDataset's tar files, in order; of a sample, shards by rank. The members of a sample follow
 * one another and share their name up to the first dot; an image's class, where it has one, is the number in
 * the member `.cls`. Where there are several shards, a key begins with its shard's name. A plain archive of
 * images is read as well; its folders may be splits and classes.
 *
 * @throws {Error} when a shard is missing, damaged or ends early, naming it, and when there are archives in
 * place of images
 */
async function* webdatasetImages(
  manifest: SourceManifest<z.infer<typeof schema>>,
): AsyncGenerator<SourceImage> {
  const { source, sampling } = manifest;
  const places = placesOf(manifest.folder, source.shards);
  const shards = shortNames(places, ".tar");
  let hasImages = false;
  let nested: Error | undefined;
  for (const place of sampling ? byRank(places, sampling.seed) : places) {
    const shard = places.length > 1 ? `${shards[places.indexOf(place)]}/` : "";
    const pathOf = (name: string) => memberPath(name, source.within);
    const wanted = (name: string) => {
      if (isArchiveName(name)) nested ??= nestedArchives(place, printable(name), "tar -xf");
      return pathOf(name) !== undefined && (isImageName(name) || name.endsWith(".cls"));
    };
    for await (const sample of shardSamples(place, manifest, wanted)) {
      const folders = memberFolders(pathOf(sample[0].name)!, source);
      if (!folders) continue;
      const keyOf = (name: string) => shard + pathOf(name);
      for (const image of imagesOf(sample, keyOf, place, source.members)) {
        hasImages = true;
        yield { ...image, ...folders };
      }
    }
  }
  if (nested && !hasImages) throw nested;
}

/**
 * The images of a sample, as a rule one: the members that the manifest names or, where it names none, all.
 *
 * @throws {Error} when it names none and one of several is the sample's own, as `7.jpg` beside `7.mask.png`
 */
function* imagesOf(
  sample: TarMember[],
  longKeyOf: (name: string) => string,
  place: string,
  wanted?: readonly string[],
): Generator<SourceImage> {
  const label = labelOf(sample.find(({ name }) => name.endsWith(".cls")));
  const images = sample.filter(({ name }) => isImageName(name));
  const endings = [...new Set(images.map(({ name }) => endingOf(name)))];
  if (!wanted && endings.length > 1 && endings.some((ending) => !ending.includes("."))) {
    throw new Error(
      `${place} has several images in a sample: ${
        images.map(({ name }) => printable(name)).join(", ")
      }; name those ` +
        `that are images of the dataset in the manifest, as "members": ["${endings[0]}"] in its source`,
    );
  }
  for (const member of images.filter(({ name }) => !wanted || wanted.includes(endingOf(name)))) {
    const longKey = longKeyOf(member.name);
    yield {
      key: withoutEnding(longKey),
      longKey,
      ...(label !== undefined && { label }),
      ...memberFile(member, place),
    };
  }
}

/** What follows the first dot of a name's last part, as WebDataset names a sample's members. */
function endingOf(name: string): string {
  return name.split("/").at(-1)!.split(".").slice(1).join(".").toLowerCase();
}

function labelOf(member?: TarMember): number | undefined {
  if (!member || member.refused !== undefined) return undefined;
  const text = new TextDecoder().decode(member.bytes.subarray(0, 20)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
