import type { Manifest } from "../manifest/manifest.ts";
import { filesOf } from "./list.ts";
import { fetchedImages } from "./fetched.ts";
import { folderImages } from "./folder.ts";
import { iconifyImages } from "./iconify.ts";
import { parquetImages } from "./parquet.ts";
import type { SourceImage } from "./source.ts";
import { spriteImages } from "./sprites.ts";
import { webdatasetImages } from "./webdataset.ts";
import { zipImages } from "./zip.ts";

/**
 * The images of a manifest's source, one after another; of a sample, in the order in which they are chosen.
 *
 * @param root folder of all pools, where fetched images lie
 */
export function sourceImages(manifest: Manifest, root: string): AsyncGenerator<SourceImage> {
  const { source } = manifest;
  switch (source.type) {
    case "iconify":
      return iconifyImages(manifest, source);
    case "sprites":
      return spriteImages(manifest, source);
    case "folder":
      return folderImages(manifest, source);
    case "webdataset":
      return webdatasetImages(manifest, source);
    case "zip":
      return zipImages(manifest, source);
    case "parquet":
      return parquetImages(manifest, source);
    case "urls":
      return fetchedImages(manifest, root);
  }
}

/** What a source is called in messages and in the header of a pool. */
export function sourceName({ source }: Pick<Manifest, "source">): string {
  if ("package" in source) return `${source.package}@${source.version}`;
  return filesOf(source);
}

/** How a sample is chosen from a source, for the record. */
export function samplingMethod({ source, sampling }: Pick<Manifest, "source" | "sampling">): string {
  if (!sampling) return "all images";
  const first = `the first ${sampling.images} that can be decoded`;
  const by = `by rank of sha256(${sampling.seed}, name)`;
  switch (source.type) {
    case "webdataset":
      return `${first}; shards ${by}, their images in order`;
    case "parquet":
      return `${first}; files and their row groups ${by}, their rows in order`;
    case "zip":
      return `${first}; archives and their images ${by}`;
    case "urls":
      return `the first ${sampling.images} that could be fetched; addresses by rank of sha256(${sampling.seed}, key)` +
        (sampling.candidates ? ` among ${sampling.candidates} of files and row groups ${by}` : "");
    default:
      return `${first}; images ${by}`;
  }
}
