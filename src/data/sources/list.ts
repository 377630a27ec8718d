import { z } from "zod";
import { parseBraces } from "../files/places.ts";

const version = z.string().regex(/^\d+\.\d+\.\d+$/).describe("Exact version of the npm package.");

const classes = z.array(z.string().min(1)).min(2).describe("Names of the semantic classes, by number.");

const iconify = z.strictObject({
  type: z.literal("iconify").describe("Drawings in an npm package of Iconify's: icons.json."),
  package: z.string().regex(/^@iconify-json\/[a-z0-9-]+$/),
  version,
});

const sprites = z.strictObject({
  type: z.literal("sprites").describe(
    "PNG files in an npm package, one image a row: a row holds the image's pixels in order.",
  ),
  package: z.string().min(1),
  version,
  sheets: z.array(z.strictObject({
    file: z.string().min(1).describe("Path of the PNG within the package."),
    split: z.string().min(1).describe("Official split that its images belong to."),
  })).min(1),
  labels: z.record(z.string(), z.string()).describe(
    "For each split the JSON file with one class number an image, in the order of the sheets.",
  ),
  classes,
});

const splits = z.array(z.string().min(1)).min(1).optional().describe(
  'Names of sub-folders that are official splits, as ["train", "val"]. Default: there are none.',
);

const folder = z.strictObject({
  type: z.literal("folder").describe("Image files in a folder and its sub-folders."),
  path: z.string().min(1).describe("The folder; a relative path starts at the folder of this file."),
  splits,
  classFolders: z.boolean().optional().describe(
    "Whether the folders inside (of each split) are semantic classes, numbered by the alphabet. Default: false.",
  ),
});

/** Files as a path or URL with ranges. */
const files = z.string().min(1).superRefine((pattern, context) => {
  try {
    parseBraces(pattern);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
}).describe(
  "Paths or URLs (https://…), with ranges as in photos-{000..012}.tar; a relative path starts at the folder of this file.",
);

const within = z.string().min(1).optional().describe(
  "Only members whose names begin with this, as images/train/. Default: all.",
);

/** Folders in an archive, below `within`. */
const memberFolders = {
  splits,
  classFolders: z.boolean().optional().describe(
    "Whether the folders inside (of each split) are semantic classes, numbered as they come. Default: false.",
  ),
};

const webdataset = z.strictObject({
  type: z.literal("webdataset").describe(
    "Images in tar files (also .tar.gz), one after another, as WebDataset keeps them.",
  ),
  shards: files,
  within,
  ...memberFolders,
  classes: classes.optional(),
}).refine(({ classFolders, classes }) => !(classFolders && classes), {
  path: ["classes"],
  message: "the folders name the classes: leave it out, or classFolders",
});

const zip = z.strictObject({
  type: z.literal("zip").describe(
    "Images in ZIP archives; of an archive on the network only what is wanted is read.",
  ),
  archives: files,
  within,
  ...memberFolders,
});

const column = z.string().min(1);

const parquet = z.strictObject({
  type: z.literal("parquet").describe("Images in Parquet files, a row each."),
  files,
  image: column.describe("Column of the encoded image: its bytes, or a structure with a member `bytes`."),
  key: column.optional().describe("Column of a name for the image. Default: file, row group and row."),
  label: column.optional().describe("Column of the number of the semantic class. Default: there are none."),
  classes: classes.optional(),
});

const urls = z.strictObject({
  type: z.literal("urls").describe("Lists of addresses of images, which are fetched one by one."),
  format: z.enum(["tsv", "csv", "jsonl", "parquet", "sqlite"]),
  files,
  columns: z.array(column).min(1).optional().describe(
    "Names of the columns of a tsv or csv without a header. Default: they stand in its first line.",
  ),
  table: column.optional().describe("Table of an sqlite file."),
  url: column.describe("Column of the address."),
  key: column.optional().describe("Column of a name for the image. Default: the address."),
  sha256: column.optional().describe(
    "Column of the hash that the file must have. Default: none is compared.",
  ),
  keep: z.array(column).optional().describe("Columns that are stored beside the image. Default: none."),
  where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional().describe(
    "Only rows whose columns have these values.",
  ),
});

/** Where the images of a dataset come from: a manifest's `source`. */
export const sourceSchema = z.discriminatedUnion("type", [
  iconify,
  sprites,
  folder,
  webdataset,
  zip,
  parquet,
  urls,
]);

export type Source = z.infer<typeof sourceSchema>;
export type SourceOf<T extends Source["type"]> = Extract<Source, { type: T }>;

/** A source that is no npm package. */
export type FileSource = Exclude<Source, { package: string }>;

/** The folder, or the pattern of paths and URLs, that a source reads. */
export function filesOf(source: FileSource): string {
  switch (source.type) {
    case "folder":
      return source.path;
    case "webdataset":
      return source.shards;
    case "zip":
      return source.archives;
    default:
      return source.files;
  }
}
