import { z } from "zod";
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
  key: columnSchema.optional().describe("Column of a name for the image. Default: file, row group and row."),
  label: columnSchema.optional().describe(
    "Column of the number of the semantic class. Default: there are none.",
  ),
  classes: classesSchema.optional(),
});

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
async function* parquetImages(manifest: SourceManifest<z.infer<typeof schema>>): AsyncGenerator<SourceImage> {
  const { source } = manifest;
  const columns = [source.image, source.key, source.label].filter((column) => column !== undefined);
  for await (const { row, name, place } of parquetRows(manifest, source.files, columns)) {
    const label = source.label === undefined ? undefined : Number(row[source.label]);
    const key = source.key === undefined ? name : withoutEnding(`${row[source.key]}`);
    yield {
      key,
      ...(label !== undefined && Number.isInteger(label) && label >= 0 && { label }),
      place,
      file: async () => await imageBytes(row[source.image]),
    };
  }
}

/** @throws {Error} when a value of the image's column is no image */
function imageBytes(value: unknown): Uint8Array {
  const bytes = value && typeof value === "object" && "bytes" in value ? value.bytes : value;
  if (!(bytes instanceof Uint8Array)) throw new Error("the row has no bytes of an image");
  if (bytes.length > LARGEST_FILE) {
    throw new Error(`it has ${bytes.length} bytes; ${LARGEST_FILE} are the most`);
  }
  return bytes;
}
