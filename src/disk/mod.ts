/**
 * Files on disk: this checkout's folder, files beside a module, files that are written whole, and parts that
 * are read in full.
 */
export { besideModule, repositoryRoot } from "./places.ts";
export { readFully } from "./read_fully.ts";
export { replaceFile } from "./replace_file.ts";
