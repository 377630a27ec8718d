import { z } from "zod";
import type { Decoded } from "../../images/mod.ts";
import type { Access } from "../files/open.ts";
import { parseBraces } from "../files/places.ts";

const jitterSchema = z.strictObject({
  scale: z.tuple([z.number().min(1), z.number().max(4)]).refine(([least, greatest]) => least <= greatest, {
    error: "give the least factor first",
  }).describe(
    "The box around a drawing grows by a factor drawn from this interval, so that the drawing shrinks.",
  ),
  fill: z.number().gt(0).max(1).describe(
    "Share of their box that the collection's drawings fill: the median of their longer sides.",
  ),
}).describe(
  "Drawings of iconify only: each is drawn at a scale and a sub-pixel place of its own, which follow from its key. " +
    "Grid and margin of a collection then give nothing away. Default: as they lie on their grid.",
);

/** How a drawing is moved: the field `jitter`. */
export type Jitter = z.infer<typeof jitterSchema>;

/** How images are stored: a manifest's `render`. */
export const renderSchema = z.strictObject({
  side: z.int().min(8).max(1024).optional().describe("Images are stored as pixels: side of the square, px."),
  shorter: z.int().min(8).max(4096).optional().describe(
    "Photographs are stored whole, as JPEG: what the shorter side is reduced to, px. The paper: 500. One of side and shorter.",
  ),
  channels: z.union([z.literal(1), z.literal(3)]).describe("1: grey, 3: RGB; of JPEG: 3."),
  background: z.string().regex(/^#[0-9a-f]{6}$/).describe("What shows through transparent places."),
  jitter: jitterSchema.optional(),
}).superRefine(({ side, shorter, channels }, { addIssue }) => {
  const fault = (path: string[], message: string) => addIssue({ code: "custom", path, message });
  if ((side === undefined) === (shorter === undefined)) {
    fault([], "give either side (stored as squares of pixels) or shorter (stored as JPEG)");
  } else if (shorter !== undefined && channels !== 3) {
    fault(["channels"], "with shorter (stored as JPEG) it must be 3");
  }
});

type Render = z.infer<typeof renderSchema>;

/** The choice of images: a manifest's `sampling`. */
export const samplingSchema = z.strictObject({
  images: z.int().min(1).describe("Images that are wanted."),
  seed: z.int().min(0).describe("Another seed, another sample."),
  candidates: z.int().min(1).optional().describe(
    "Rows of a list in Parquet files that are considered, so that it need not be read whole. Default: all.",
  ),
});

export type Sampling = z.infer<typeof samplingSchema>;

/** The part of a manifest that its source looks at. */
export interface SourceManifest<Description = unknown> {
  /** Name of the dataset. */
  name: string;
  /** The folder of the manifest: relative paths start there. */
  folder: URL;
  source: Description;
  access: Access;
  sampling?: Sampling;
  render: Render;
}

/**
 * Side of the squares of pixels that a dataset's images are stored as, px.
 *
 * @throws {Error} for one that is to be stored as JPEG, which is for photographs in files of their own
 */
export function squareSide({ name, source, render }: SourceManifest<{ type: string }>): number {
  if (render.side !== undefined) return render.side;
  throw new Error(
    `${name}.json: field "render.shorter": images of a source of type ${source.type} are stored as squares; give side instead`,
  );
}

/** A file on this machine: a name that stays when the whole is moved, and the path. */
export type LocalFile = readonly [name: string, path: string];

/**
 * A kind of source. Everything that depends on where a dataset's images come from is asked of this object;
 * each kind has a file of its own and a place in the list of `list.ts`.
 */
export interface SourceKind<Schema extends z.ZodObject, Description = z.infer<Schema>> {
  /** Value of the field `type` in its schema. */
  readonly type: string;
  /** The field `source` of a manifest, with descriptions for its author. */
  readonly schema: Schema;
  /**
   * Whether a version decides the content, as that of an npm package. Its images are drawings, and no file of
   * this machine changes them.
   */
  readonly fixedByVersion: boolean;
  /**
   * The origin of the images in messages and in a pool's header: `name@version` of a package, or paths and
   * URLs.
   */
  origin(source: Description): string;
  /** The files on this machine that are read. */
  localFiles(folder: URL, source: Description): Iterable<LocalFile>;
  /**
   * The images, one after another; of a sample, in the order in which they are chosen.
   *
   * @param root folder of all pools, where fetched images lie
   */
  images(manifest: SourceManifest<Description>, root: string): AsyncGenerator<SourceImage>;
  /** The order of a sample in words, for the record; `by` stands for the rank by name and its seed. */
  sampled(by: string, sampling: Sampling): string;
  /** Names of the semantic classes, by number. Default: none are told before the images are read. */
  classes?(folder: URL, source: Description): string[] | undefined;
  /** Names of the official splits, in order. Default: there are none. */
  splits?(source: Description): string[];
  /**
   * Whether images may lie on this machine as a pool stores them. Such images are not copied. Default: never.
   */
  readInPlace?(source: Description): boolean;
  /**
   * The folder of images that are fetched one by one; there may be fewer than the manifest says. Default:
   * they are not fetched.
   */
  fetchedFolder?(root: string, manifest: SourceManifest<Description>): string;
}

/** A kind of source as it is given; the type of its description is inferred from its schema. */
export function sourceKind<Schema extends z.ZodObject>(kind: SourceKind<Schema>): SourceKind<Schema> {
  return kind;
}

/** A field for the names of the semantic classes. */
export const classesSchema = z.array(z.string().min(1)).min(2).describe(
  "Names of the semantic classes, by number.",
);

/** A field for the name of a column. */
export const columnSchema = z.string().min(1);

/** A field for files, by a path or URL with ranges. */
export const patternSchema = z.string().min(1).superRefine((pattern, context) => {
  try {
    parseBraces(pattern);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
}).describe(
  "Paths or URLs (https://…), with ranges as in photos-{000..012}.tar; a relative path starts at the folder of this file.",
);

/** A field for sub-folders that are official splits. */
const splitsSchema = z.array(z.string().min(1)).min(1).optional().describe(
  'Names of sub-folders that are official splits, as ["train", "val"]. Default: there are none.',
);

/** Fields for the members of an archive: which are images, and which folders are splits and classes. */
export const archiveFields = {
  within: z.string().min(1).optional().describe(
    "Only members whose names begin with this, as images/train/. Default: all.",
  ),
  splits: splitsSchema,
  classFolders: z.boolean().optional().describe(
    "Whether the folders inside (of each split) are semantic classes, numbered as they come. Default: false.",
  ),
};

/** One image of a source, before it is drawn or decoded. */
export type SourceImage = {
  /** Names the image within its dataset. */
  key: string;
  /** Its key where an image before it has `key`, as `a.png` beside `a.jpg`. Default: it is left out then. */
  longKey?: string;
  /** Number of its semantic class, where the source has classes. */
  label?: number;
  /** Name of its semantic class, where that is all that the source tells: the pool gives it a number. */
  className?: string;
  /** Official split that it belongs to, where the source has one. */
  split?: string;
} & (ImageFile | Drawing);

/** An image file that may come from anybody: it is decoded in another process. */
interface ImageFile {
  /** Path or URL of the file that has it, or that it is. */
  place: string;
  /**
   * From which byte of `place` on it lies there, where that is a file on this machine and it is not
   * compressed.
   */
  offset?: number;
  /** @throws {Error} when its bytes are not to be had */
  file(): Promise<Uint8Array>;
}

/**
 * An image of an npm package whose version and checksum are fixed: it is drawn in this process, since there
 * is nothing to guard against. In processes of their own 6,000 of Tabler's icons took 20% more processor time
 * and 500 of them 30% more (two cores); what is cut out of CIFAR-10's sheets is less work than to send it.
 */
interface Drawing {
  /** The image in the form in which a pool stores it. */
  drawn(): Promise<StoredImage>;
}

/** Facts about an image that a pool stores. */
export interface StoredFacts {
  /** px. */
  width: number;
  height: number;
  /** Hash of the stored bytes, hex; of a jittered drawing, that of the drawing on its grid. */
  sha256: string;
  /** See `perceptualHash`; of a jittered drawing as above. */
  perceptualHash: string;
  /** Whether it is of one colour throughout. */
  isBlank: boolean;
  /** Only of a JPEG file that was decoded all the same: what the decoder warned of. */
  warning?: string;
  /** Only of a drawing: see `PoolImage`. */
  look?: string;
}

/** An image as a pool stores it: as its pixels, or as a JPEG file. */
export type StoredImage = Decoded<StoredFacts>;
