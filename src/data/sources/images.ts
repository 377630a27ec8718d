import type { Manifest } from "../manifest.ts";
import { folderImages } from "./folder.ts";
import { iconifyImages } from "./iconify.ts";
import type { SourceImage } from "./source.ts";
import { spriteImages } from "./sprites.ts";
import { webdatasetImages } from "./webdataset.ts";

/** The images of a manifest's source, one after another. */
export function sourceImages(manifest: Manifest): AsyncGenerator<SourceImage> {
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
  }
}

/** What a source is called in messages and in the header of a pool. */
export function sourceName({ source }: Manifest): string {
  switch (source.type) {
    case "iconify":
    case "sprites":
      return `${source.package}@${source.version}`;
    case "folder":
      return source.path;
    case "webdataset":
      return source.shards;
  }
}
