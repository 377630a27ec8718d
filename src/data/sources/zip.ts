import { z } from "zod";
import { byRank } from "../../stats/mod.ts";
import { localFilesOf, placesOf, printable, shortNames } from "../files/places.ts";
import { openRandomAccess } from "../files/open.ts";
import { BEGINNING, otherKind } from "../files/other_kinds.ts";
import { zipEntries } from "../files/zip_entries.ts";
import {
  isArchiveName,
  isImageName,
  memberFolders,
  memberPath,
  nestedArchives,
  withoutEnding,
} from "./image_paths.ts";
import { LARGEST_FILE } from "./stored_image.ts";
import { archiveFields, patternSchema, type SourceImage, sourceKind, type SourceManifest } from "./source.ts";

const schema = z.strictObject({
  type: z.literal("zip").describe(
    "Images in ZIP archives; of an archive on the network only what is wanted is read.",
  ),
  archives: patternSchema,
  ...archiveFields,
});

/** ZIP archives of images. */
export const zip = sourceKind({
  type: "zip",
  schema,
  fixedByVersion: false,
  origin: ({ archives }) => archives,
  localFiles: (folder, { archives }) => localFilesOf(folder, archives),
  images: zipImages,
  sampled: (by) => `archives and their images ${by}`,
  splits: ({ splits = [] }) => splits,
});

/**
 * The images of ZIP archives, in order; of a sample, archives by rank and their images by rank. The names of
 * an archive's images are in memory together. Where there are several archives, a key begins with its
 * archive's name. Folders may be splits and classes.
 *
 * @throws {Error} when an archive is missing or damaged, naming it, and when there are archives in place of
 * images
 */
async function* zipImages(manifest: SourceManifest<z.infer<typeof schema>>): AsyncGenerator<SourceImage> {
  const { source, sampling, access } = manifest;
  const places = placesOf(manifest.folder, source.archives);
  const archives = shortNames(places, ".zip");
  let hasImages = false;
  let nested: Error | undefined;
  for (const place of sampling ? byRank(places, sampling.seed) : places) {
    using file = await openRandomAccess(place, access);
    const entries = await zipEntries(file).catch(async (error) => {
      const kind = otherKind(await file.read(0, Math.min(BEGINNING, file.size)), "ZIP");
      throw new Error(`${place} cannot be read as ZIP: ${kind ?? error.message}`, { cause: error });
    });
    const pathOf = (name: string) => memberPath(name, source.within);
    const foldersOf = (name: string) => {
      const path = pathOf(name);
      return path === undefined ? undefined : memberFolders(path, source);
    };
    const images = new Map(
      entries.filter(({ name }) => isImageName(name) && foldersOf(name)).map((entry) => [entry.name, entry]),
    );
    const names = [...images.keys()];
    hasImages ||= names.length > 0;
    const other = entries.find(({ name }) => isArchiveName(name));
    if (other) nested ??= nestedArchives(place, printable(other.name), "unzip");
    const archive = places.length > 1 ? `${archives[places.indexOf(place)]}/` : "";
    for (const name of sampling ? byRank(names, sampling.seed) : names) {
      // Begun here: the archive closes when its images have been given out.
      const bytes = images.get(name)!.bytes(LARGEST_FILE);
      bytes.catch(() => {}); // whoever decodes it learns of it
      yield {
        key: archive + withoutEnding(pathOf(name)!),
        longKey: archive + pathOf(name)!,
        ...foldersOf(name),
        place,
        file: () => bytes,
      };
      await bytes.catch(() => {});
    }
  }
  if (nested && !hasImages) throw nested;
}
