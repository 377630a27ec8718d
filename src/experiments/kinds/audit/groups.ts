/** Images that belong together because the user says so: by a pattern of their names, or in a CSV file. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { ExperimentError } from "../../check.ts";
import type { AuditedImage } from "./reading.ts";
import type { Audit } from "./schema.ts";

type Named = Pick<AuditedImage, "name" | "place">;

/**
 * The user's group of each image; undefined for an image that is in none.
 *
 * @throws {ExperimentError} for a file that cannot be read, has no such columns or puts an image into two
 *   groups, and where not one image is in a group
 */
export async function ownGroups(
  { groups }: Pick<Audit, "groups">,
  images: readonly Named[],
): Promise<(string | undefined)[]> {
  if (!groups) return images.map(() => undefined);
  const groupOf = "pattern" in groups ? byPattern(groups.pattern) : await byTable(groups.csv);
  const found = images.map(groupOf);
  if (images.length === 0 || found.some((group) => group !== undefined)) return found;
  const what = "pattern" in groups
    ? `the pattern ${groups.pattern} finds nothing in`
    : `${groups.csv} names none of`;
  throw new ExperimentError(`groups: ${what} the images' names, for example "${images[0].name}".`);
}

function byPattern(pattern: string): (image: Named) => string | undefined {
  const expression = new RegExp(pattern, "u");
  return ({ name }) => {
    const found = expression.exec(name);
    return (found?.[1] ?? found?.[0]) || undefined;
  };
}

async function byTable(path: string): Promise<(image: Named) => string | undefined> {
  const rows = await tableOf(path);
  const fault = rows.length === 0 || !("file" in rows[0] && "group" in rows[0]);
  if (fault) throw new ExperimentError(`groups: ${path} must have the columns "file" and "group", and rows.`);
  const groups = new Map<string, string>();
  for (const { file, group } of rows) {
    if (group === "") continue; // in none
    const other = groups.get(file) ?? group;
    if (other !== group) {
      throw new ExperimentError(
        `groups: ${path} has "${file}" in two groups, "${other}" and "${group}". Leave one of the rows.`,
      );
    }
    groups.set(file, group);
  }
  return ({ name, place }) => groups.get(name) ?? (place === undefined ? undefined : groups.get(place));
}

/** Rows of a file of groups that a record names. */
const NAMED_ROWS = 10;

/**
 * Rows of a CSV file of groups that name no image, whether it was looked at or not: misspelt names, mostly.
 * Undefined where all name one.
 *
 * @param images all that the datasets have
 */
export async function rowsWithoutImage(
  { groups }: Pick<Audit, "groups">,
  images: AsyncIterable<Named>,
): Promise<{ count: number; first: string[] } | undefined> {
  if (!groups || !("csv" in groups)) return undefined;
  const left = new Set((await tableOf(groups.csv)).map(({ file }) => file));
  for await (const { name, place } of images) {
    left.delete(name);
    if (place !== undefined) left.delete(place);
  }
  return left.size === 0 ? undefined : { count: left.size, first: [...left].slice(0, NAMED_ROWS) };
}

async function tableOf(path: string): Promise<Record<string, string>[]> {
  try {
    return parse(await readFile(path), { columns: true, bom: true, skip_empty_lines: true });
  } catch (cause) {
    throw new ExperimentError(`groups: ${path} cannot be read as CSV: ${(cause as Error).message}`, {
      cause,
    });
  }
}
