import { z } from "zod";
import { parseBraces } from "./sources/brace_range.ts";

const version = z.string().regex(/^\d+\.\d+\.\d+$/).describe("Exact version of the npm package.");

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
  classes: z.array(z.string()).min(2).describe("Names of the semantic classes, by number."),
});

const folder = z.strictObject({
  type: z.literal("folder").describe("Image files in a folder and its sub-folders."),
  path: z.string().min(1).describe("The folder; a relative path starts at the folder of this file."),
  splits: z.array(z.string().min(1)).min(1).optional().describe(
    'Names of sub-folders that are official splits, as ["train", "val"]. Default: there are none.',
  ),
  classFolders: z.boolean().optional().describe(
    "Whether the folders inside (of each split) are semantic classes, numbered by the alphabet. Default: false.",
  ),
});

const shards = z.string().min(1).superRefine((pattern, context) => {
  try {
    parseBraces(pattern);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

const webdataset = z.strictObject({
  type: z.literal("webdataset").describe("Images in tar files, one after another, as WebDataset keeps them."),
  shards: shards.describe(
    "The tar files: a path, with ranges as in photos-{000..012}.tar; a relative path starts at the folder of this file.",
  ),
});

/** Where the images of a dataset come from: a manifest's `source`. */
export const sourceSchema = z.discriminatedUnion("type", [iconify, sprites, folder, webdataset]);

export type Source = z.infer<typeof sourceSchema>;
export type SourceOf<T extends Source["type"]> = Extract<Source, { type: T }>;
