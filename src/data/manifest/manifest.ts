import { z } from "zod";
import { accessSchema } from "../files/open.ts";
import { sourceKindOf, sourceSchema } from "../sources/list.ts";
import { renderSchema, samplingSchema } from "../sources/source.ts";
import { GROUPING_RULES } from "./grouping.ts";

/** The manifests of this repository. */
export const MANIFEST_FOLDER = new URL("../../../data_manifests/", import.meta.url);

/**
 * One file of `data_manifests/`: where a dataset's images come from, what may be done with them, how they are
 * stored.
 */
const manifestSchema = z.strictObject({
  $schema: z.string().optional().describe("Where this schema is, for editors."),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*(~[0-9a-f]{12})?$/).describe(
    "Name of the dataset; the file is called <name>.json.",
  ),
  symbol: z.string().min(1).max(5).describe(
    "Letters that stand for it in names of combinations, as Y for YFCC in the paper.",
  ),
  title: z.string().min(1),
  collection: z.string().regex(/^[a-z]+$/).describe("Datasets of one kind of image, for example icons."),
  place: z.int().min(1).describe(
    "Its place within the collection; the first ones are used when fewer are wanted.",
  ),
  curator: z.string().min(1).describe("Who made or chose the images."),
  licence: z.strictObject({
    spdx: z.string().min(1).describe("SPDX identifier, or LicenseRef-… where there is none."),
    attribution: z.string().min(1),
    url: z.url().optional(),
  }),
  homepage: z.url(),
  access: accessSchema.default({ kind: "open" }).describe("Who may read its files. Default: anybody."),
  source: sourceSchema,
  sampling: samplingSchema.optional().describe("Which of the images are taken. Default: all."),
  render: renderSchema,
  grouping: z.enum(GROUPING_RULES).describe(
    "How images that are versions of one drawing are recognised by their names.",
  ),
  content: z.string().regex(/^[0-9a-f]{64}$/).optional().describe(
    "Written by the program alone: sha256 of what the files of a dataset hold that was named in one line. Its first 12 " +
      "digits end the name.",
  ),
  releaseOf: z.string().optional().describe(
    "Name of the dataset that this is another release of: drawings of one name are then versions of one.",
  ),
  concepts: z.record(z.string(), z.string()).optional().describe(
    "For keys that do not say what the other datasets call the same thing: the others' key, which is then grouped.",
  ),
  images: z.int().min(1).describe("Number of images in the source, before duplicates are dropped."),
  bytes: z.int().min(1).optional().describe("Size of the source's files, about: what is downloaded at most."),
  checked: z.iso.date().describe("When somebody last compared this file with the source."),
  checkedAgainst: z.enum(["files", "documentation"]).default("files").describe(
    "Whether the files were read then, or only what is written about them. Default: files.",
  ),
  notes: z.string().min(1).optional().describe("What else its users should know."),
});

/** A dataset: see the descriptions in `data_manifests/schema.json`. */
export type Manifest = z.infer<typeof manifestSchema> & {
  /** The folder of its file: where relative paths of its source start. */
  folder: URL;
};

/** The JSON schema of a manifest, as text; kept beside the manifests for editors. */
export function manifestJsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(manifestSchema), null, 2) + "\n";
}

/** Names of a dataset's official splits, in the order of its source. */
export function splitsOf({ source }: Pick<Manifest, "source">): string[] {
  return sourceKindOf(source).splits?.(source) ?? [];
}

/** Names of a dataset's semantic classes, by number, as far as its manifest or its folders tell. */
export function classesOf({ folder, source }: Pick<Manifest, "folder" | "source">): string[] | undefined {
  return sourceKindOf(source).classes?.(folder, source);
}

/** How many images a dataset's pool has at most: those that are sampled, or all. */
export function imagesIn({ images, sampling }: Pick<Manifest, "images" | "sampling">): number {
  return Math.min(images, sampling?.images ?? images);
}

/**
 * Checks the text of a manifest; `file` is the name that errors give it, `folder` where its relative paths
 * start.
 */
export function parseManifest(text: string, file: string, folder: URL = MANIFEST_FOLDER): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.flatMap((issue) => faults(file, issue)).join("\n"));
  }
  if (`${parsed.data.name}.json` !== file) {
    throw new Error(
      `${file}: name is "${parsed.data.name}", but the file's name says "${file.slice(0, -5)}"`,
    );
  }
  const { name, content = "" } = parsed.data;
  const [, digits = ""] = name.split("~");
  if (digits !== content.slice(0, 12)) {
    throw new Error(`${file}: fields "name" and "content" do not agree; leave out both "content" and "~…"`);
  }
  return { ...parsed.data, folder };
}

function faults(file: string, issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      `${file}: unknown field "${at ? `${at}.` : ""}${key}"; remove it or correct its spelling`
    );
  }
  return [`${file}: field "${at}": ${issue.message}`];
}
