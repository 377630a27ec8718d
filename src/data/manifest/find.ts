import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The manifests of this repository. */
export const MANIFEST_FOLDER = new URL("../../../data_manifests/", import.meta.url);

/** Where manifests are looked for, in this order: `data_manifests/`, then the folder that the environment variable `NTD_MANIFESTS` names (a relative path starts at the root of the repository). */
export function manifestFolders(): URL[] {
  const own = Deno.env.get("NTD_MANIFESTS");
  if (!own) return [MANIFEST_FOLDER];
  const root = fileURLToPath(new URL("..", MANIFEST_FOLDER));
  return [MANIFEST_FOLDER, pathToFileURL(`${resolve(root, own)}/`)];
}

/**
 * The manifest files of some folders by dataset, in the order of the alphabet. Of two with one name the first folder's counts.
 *
 * @throws Error when a folder cannot be read
 */
export function manifestFiles(folders: readonly URL[]): Map<string, URL> {
  const found = folders.toReversed().flatMap((folder) =>
    filesIn(folder).map((file) => [file.slice(0, -5), new URL(file, folder)] as const)
  );
  return new Map([...new Map(found)].sort(([a], [b]) => a < b ? -1 : 1));
}

function filesIn(folder: URL): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((file) => file.endsWith(".json") && file !== "schema.json");
  } catch (error) {
    throw new Error(
      `the folder of manifests ${fileURLToPath(folder)} cannot be read (${(error as Error).message}); ` +
        "correct the environment variable NTD_MANIFESTS",
    );
  }
}
