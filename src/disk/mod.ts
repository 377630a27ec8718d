/** Places on disk: this checkout's folder, files beside a module, and files that are written whole. */
export { besideModule, repositoryRoot } from "./places.ts";
export { replaceFile } from "./replace_file.ts";
