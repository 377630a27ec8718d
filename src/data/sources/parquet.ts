import { z } from "zod";
import { cellText, classOfCell } from "./cells.ts";
import { parquetRows } from "./parquet_rows.ts";
import { localFilesOf } from "../files/places.ts";
import { withoutEnding } from "./image_paths.ts";
import { LARGEST_FILE } from "./stored_image.ts";
import {
  classesSchema,
  columnSchema,
  patternSchema,
  type SourceImage,
  sourceKind,
  type SourceManifest,
} from "./source.ts";

const schema = z.strictObject({
  type: z.literal("parquet").describe("Images in Parquet files, a row each."),
  files: patternSchema,
  image: columnSchema.describe(
    "Column of the encoded image: its bytes, or a structure with a member `bytes`.",
  ),
  key: columnSchema.optional().describe(
    "Column of a name for the image. Default, also where it is empty: file, row group and row.",
  ),
  label: columnSchema.optional().describe(
    "Column of the semantic class, by number or by name. Default: there are none.",
  ),
  classes: classesSchema.optional(),
});

type Parquet = z.infer<typeof schema>;

/** Encoded images in a column of Parquet files. */
export const parquet = sourceKind({
  type: "parquet",
  schema,
  fixedByVersion: false,
  origin: ({ files }) => files,
  localFiles: (folder, { files }) => localFilesOf(folder, files),
  images: parquetImages,
  sampled: (by) => `files and their row groups ${by}, their rows in order`,
  classes: (_, { classes }) => classes,
});

/**
 * The images of Parquet files, in order; of a sample, files by rank and their row groups by rank. One row
 * group's images are in memory together; only the columns that are named are read.
 *
 * @throws {Error} when a file is missing, damaged or has no such column, naming it
 */
async function* parquetImages(manifest: SourceManifest<Parquet>): AsyncGenerator<SourceImage> {
  const { source } = manifest;
  const columns = [source.image, source.key, source.label].filter((column) => column !== undefined);
  for await (const { row, name, place } of parquetRows(manifest, source.files, columns)) {
    const longKey = (source.key !== undefined && cellText(row[source.key])) || name;
    yield {
      key: source.key === undefined ? name : withoutEnding(longKey),
      longKey,
      ...(source.label !== undefined && classOf(row[source.label], source, `row ${name} of ${place}`)),
      place,
      file: async () => await imageBytes(row[source.image]),
    };
  }
}

/**
 * The class of a row: names are looked up in the manifest's classes or, where there are none, numbered as
 * they come. A text is a name, also where it looks like a number: a column has one kind.
 *
 * @throws {Error} for a name that is not among the manifest's classes
 */
function classOf(
  value: unknown,
  { label: column, classes }: Parquet,
  row: string,
): Pick<SourceImage, "label" | "className"> {
  const told = classOfCell(value);
  if (told === undefined) return {};
  if (typeof value === "string" || value instanceof Uint8Array) {
    const name = cellText(value).trim();
    if (!classes) return { className: name };
    if (classes.includes(name)) return { label: classes.indexOf(name) };
  }
  if (typeof told === "number") return { label: told };
  throw new Error(
    `${row}: its ${column} is "${told}", but the manifest's source.classes are ${classes?.join(", ")}; ` +
      "add it there, or leave classes out to number the names as they come",
  );
}

/** What a value of the image's column is, where it is no bytes. */
function instead(value: unknown, bytes: unknown): string {
  if (Array.isArray(bytes) || ArrayBuffer.isView(bytes)) return ": it has a list";
  if (typeof bytes === "string") return ": it has a text, as a path or base64";
  const hasPath = value && typeof value === "object" && "path" in value && typeof value.path === "string";
  return hasPath ? ": it has only a path to one" : "";
}

/** @throws {Error} when a value of the image's column is no image */
function imageBytes(value: unknown): Uint8Array {
  const bytes = value && typeof value === "object" && "bytes" in value ? value.bytes : value;
  if (!(bytes instanceof Uint8Array)) {
    throw new Error(`the row has no bytes of an image${instead(value, bytes)}`);
  }
  if (bytes.length > LARGEST_FILE) {
    throw new Error(`it has ${bytes.length} bytes; ${LARGEST_FILE} are the most`);
  }
  return bytes;
}
