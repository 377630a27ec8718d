import type { default as Library } from "sharp";

/** libvips' loaders of the formats that are read. Every other is blocked: fewer parsers, fewer holes. */
const PHOTO_LOADERS = ["Png", "Jpeg", "Webp", "Nsgif"].map((format) => `VipsForeignLoad${format}`);

let photos: Promise<typeof Library> | undefined, drawings: Promise<typeof Library> | undefined;

/** The library, loaded at its first use: most programs, and the threads that make batches, decode nothing. */
export function loadSharp(): Promise<typeof Library> {
  return photos ??= import("sharp").then(({ default: library }) => {
    // Set once, for the whole process: these are switches of libvips itself.
    library.block({ operation: ["VipsForeignLoad"] });
    library.unblock({ operation: PHOTO_LOADERS });
    library.cache(false);
    // Images are small and many: each on one thread, `DECODES_IN_FLIGHT` of them at a time.
    library.concurrency(1);
    return library;
  });
}

/** The library, from now on with its parser of SVG: where drawings of packages of our choice, or of our own, are drawn. */
export function loadSharpForDrawings(): Promise<typeof Library> {
  return drawings ??= loadSharp().then((library) => {
    library.unblock({ operation: ["VipsForeignLoadSvg"] });
    return library;
  });
}
