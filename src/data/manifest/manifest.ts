import { createHash } from "node:crypto";
import { z } from "zod";
import { sourceFingerprint } from "../sources/fingerprint.ts";
import { accessSchema } from "../files/access.ts";
import { GROUPING_RULES } from "./grouping.ts";
import { MANIFEST_FOLDER, manifestFiles, manifestFolders } from "./find.ts";
import { checkDisjoint, parseReference } from "./reference.ts";
import { sourceSchema } from "../sources/list.ts";

const renderSchema = z.strictObject({
  side: z.int().min(8).max(1024).optional().describe("Images are stored as pixels: side of the square, px."),
  shorter: z.int().min(8).max(4096).optional().describe(
    "Photographs are stored whole, as JPEG: what the shorter side is reduced to, px. The paper: 500. One of side and shorter.",
  ),
  channels: z.union([z.literal(1), z.literal(3)]).describe("1: grey, 3: RGB; of JPEG: 3."),
  background: z.string().regex(/^#[0-9a-f]{6}$/).describe("What shows through transparent places."),
}).superRefine(({ side, shorter, channels }, { addIssue }) => {
  const fault = (path: string[], message: string) => addIssue({ code: "custom", path, message });
  if ((side === undefined) === (shorter === undefined)) {
    fault([], "give either side (stored as squares of pixels) or shorter (stored as JPEG)");
  } else if (shorter !== undefined && channels !== 3) {
    fault(["channels"], "with shorter (stored as JPEG) it must be 3");
  }
});

const samplingSchema = z.strictObject({
  images: z.int().min(1).describe("Images that are wanted."),
  seed: z.int().min(0).describe("Another seed, another sample."),
  candidates: z.int().min(1).optional().describe(
    "Rows of a list in Parquet files that are considered, so that it need not be read whole. Default: all.",
  ),
});

/** One file of `data_manifests/`: where a dataset's images come from, what may be done with them, how they are stored. */
export const manifestSchema = z.strictObject({
  $schema: z.string().optional().describe("Where this schema is, for editors."),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/).describe(
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
  /** Identity of the dataset's content: changes with every field that decides images, groups or their order, 16 hex digits. */
  readonly hash: string;
  /** The folder of its file: where relative paths of its source start. */
  folder: URL;
};

/** Raise it whenever pixels, groups or hashes come out differently from the same manifest: pools are then built anew. */
const CONTENT_VERSION = 2;

/** The JSON schema of a manifest, as text; kept beside the manifests for editors. */
export function manifestJsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(manifestSchema), null, 2) + "\n";
}

/**
 * Reads and checks the manifest of a dataset.
 *
 * @param folder default: `data_manifests/`, then the folder that `NTD_MANIFESTS` names
 * @throws Error when there is no such dataset (naming those there are) or when its file breaks the schema, one line a fault
 */
export function readManifest(name: string, folder?: URL): Manifest {
  const file = manifestFiles(folder ? [folder] : manifestFolders()).get(name);
  if (!file) throw unknownDataset(name, folder);
  return parseManifest(Deno.readTextFileSync(file), `${name}.json`, new URL(".", file));
}

/** Names of a dataset's official splits, in the order of its source. */
export function splitsOf({ source }: Pick<Manifest, "source">): string[] {
  if ("splits" in source) return source.splits ?? [];
  return "sheets" in source ? [...new Set(source.sheets.map(({ split }) => split))] : [];
}

/**
 * The manifest of the source that a reference (`cifar10@test`, `cifar10#1/3`) takes its images from.
 *
 * @throws Error when it is no reference, or there is no such dataset or split (naming those there are)
 */
export function manifestOf(reference: string, folder?: URL): Manifest {
  const { dataset, split } = parseReference(reference);
  const manifest = readManifest(dataset, folder);
  const splits = splitsOf(manifest);
  if (split === undefined || splits.includes(split)) return manifest;
  const known = splits.length > 0 ? `known are: ${splits.join(", ")}` : "its source has none";
  throw new Error(`"${reference}": ${dataset} has no split "${split}"; ${known}`);
}

/**
 * Side of the squares of pixels that a dataset's images are stored as, px.
 *
 * @throws Error for one that is to be stored as JPEG, which is for photographs in files of their own
 */
export function squareSide({ name, source, render }: Pick<Manifest, "name" | "source" | "render">): number {
  if (render.side !== undefined) return render.side;
  throw new Error(
    `${name}.json: field "render.shorter": images of a source of type ${source.type} are stored as squares; give side instead`,
  );
}

/** How many images a dataset's pool has at most: those that are sampled, or all. */
export function imagesIn({ images, sampling }: Pick<Manifest, "images" | "sampling">): number {
  return Math.min(images, sampling?.images ?? images);
}

/**
 * How many images a reference means, as far as that is known before its pool is open: those of the source, or an equal share of
 * them. Groups are dealt out whole, so that a part may have somewhat more or fewer; of a split it is an upper bound.
 */
export function expectedImages(reference: string, folder?: URL): number {
  return Math.ceil(imagesIn(manifestOf(reference, folder)) / (parseReference(reference).part?.of ?? 1));
}

/** Checks the text of a manifest; `file` is the name that errors give it, `folder` where its relative paths start. */
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
  return {
    ...parsed.data,
    folder,
    get hash() {
      return contentHash(parsed.data, sourceFingerprint(folder, parsed.data.source));
    },
  };
}

function contentHash(
  { name, source, render, grouping, releaseOf, concepts, images, sampling }: z.infer<typeof manifestSchema>,
  fingerprint?: string,
): string {
  const fields = [CONTENT_VERSION, name, source, render, grouping, concepts, images];
  // Those that are not there leave the hash as it was before there were such fields.
  const later = [releaseOf, sampling, fingerprint].filter((field) => field !== undefined);
  return createHash("sha256").update(JSON.stringify([...fields, ...later])).digest("hex").slice(0, 16);
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

/** Names of all datasets that have a manifest, in the order of the alphabet. */
export function manifestNames(folder?: URL): string[] {
  return [...manifestFiles(folder ? [folder] : manifestFolders()).keys()];
}

/** The collections and the names of their datasets, by place. */
export function collections(folder?: URL): Map<string, string[]> {
  const manifests = manifestNames(folder).map((name) => readManifest(name, folder));
  const byCollection = Map.groupBy(
    manifests.sort((a, b) => a.place - b.place),
    (manifest) => manifest.collection,
  );
  return new Map(
    [...byCollection].map(([collection, members]) => [collection, members.map(({ name }) => name)]),
  );
}

/**
 * The datasets meant by what a user typed: a collection ("icons"), or references ("tabler,phosphor,cifar10@test").
 *
 * @throws Error naming the known datasets, collections or splits when one is unknown, or when two have images in common
 */
export function datasetsOf(choice: string, folder?: URL): string[] {
  const collection = collections(folder).get(choice.trim());
  if (collection) return collection;
  const names = choice.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0) throw unknownDataset(choice, folder);
  for (const name of names) manifestOf(name, folder);
  checkDisjoint(names);
  return names;
}

function unknownDataset(name: string, folder?: URL): Error {
  const groups = [...collections(folder)].map(([collection, names]) => `${collection} (${names.join(", ")})`);
  return new Error(`there is no dataset "${name}"; known are, by collection: ${groups.join("; ")}`);
}
