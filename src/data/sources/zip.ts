import { basename } from "node:path";
import { placesOf } from "../files/places.ts";
import { openRandomAccess } from "../files/random_access.ts";
import { zipEntries } from "../files/zip_entries.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { byRank } from "../../stats/mod.ts";
import type { SourceOf } from "./list.ts";
import { isImageName, memberFolders, withoutEnding } from "./image_paths.ts";
import { LARGEST_FILE } from "./stored_image.ts";
import type { SourceImage } from "./source.ts";

/**
 * The images of ZIP archives, in order; of a sample, archives by rank and their images by rank. The names of an archive's images are in
 * memory together. Where there are several archives, a key begins with its archive's name. Folders may be splits and classes.
 *
 * @throws Error when an archive is missing or damaged, naming it
 */
export async function* zipImages(manifest: Manifest, source: SourceOf<"zip">): AsyncGenerator<SourceImage> {
  const { within = "" } = source;
  const { sampling, access } = manifest;
  const places = placesOf(manifest.folder, source.archives);
  for (const place of sampling ? byRank(places, sampling.seed) : places) {
    using file = await openRandomAccess(place, access);
    const entries = await zipEntries(file).catch((error) => {
      throw new Error(`${place} cannot be read as ZIP: ${error.message}`, { cause: error });
    });
    const foldersOf = (name: string) => memberFolders(name.slice(within.length), source);
    const images = new Map(
      entries.filter(({ name }) => name.startsWith(within) && isImageName(name) && foldersOf(name))
        .map((entry) => [entry.name, entry]),
    );
    const names = [...images.keys()];
    const archive = places.length > 1 ? `${basename(new URL(place, "file:///").pathname, ".zip")}/` : "";
    for (const name of sampling ? byRank(names, sampling.seed) : names) {
      const bytes = images.get(name)!.bytes(LARGEST_FILE); // begun here: the archive closes when its images have been given out
      bytes.catch(() => {}); // whoever decodes it learns of it
      yield {
        key: archive + withoutEnding(name.slice(within.length)),
        ...foldersOf(name),
        place,
        file: () => bytes,
      };
      await bytes.catch(() => {});
    }
  }
}
