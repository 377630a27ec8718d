/**
 * Files on disk: this checkout's folder, files beside a module, files that are written whole, parts that are
 * read in full, and lines of a stream.
 */
export { linesOf } from "./lines.ts";
export { besideModule, repositoryRoot } from "./places.ts";
export { readFully } from "./read_fully.ts";
export { replaceFile } from "./replace_file.ts";
