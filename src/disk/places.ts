import { fileURLToPath } from "node:url";

/**
 * Path of a file or folder beside a module. A URL's own `pathname` is no path: there a space, an umlaut or a `%` is escaped.
 *
 * @param module the module's `import.meta.url`
 * @param relative where the file lies, seen from the module: `"./step.py"`, `"../../"`; a folder keeps its `/` at the end
 */
export function besideModule(module: string, relative: string): string {
  return fileURLToPath(new URL(relative, module));
}

/** Folder of this checkout, with a `/` at its end. */
export const repositoryRoot: string = besideModule(import.meta.url, "../../");
