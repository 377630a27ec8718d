import { z } from "zod";
import { folder } from "./folder.ts";
import { iconify } from "./iconify.ts";
import { parquet } from "./parquet.ts";
import type { SourceKind } from "./source.ts";
import { sprites } from "./sprites.ts";
import { urls } from "./urls.ts";
import { webdataset } from "./webdataset.ts";
import { zip } from "./zip.ts";

/** All kinds of sources. A new one is a file beside this one and a name in this list. */
export const SOURCE_KINDS = [iconify, sprites, folder, webdataset, zip, parquet, urls] as const;

type SchemasOf<Kinds extends readonly { schema: z.ZodObject }[]> = {
  -readonly [K in keyof Kinds]: Kinds[K]["schema"];
};

/** Where the images of a dataset come from: a manifest's `source`. */
export const sourceSchema = z.discriminatedUnion(
  "type",
  SOURCE_KINDS.map(({ schema }) => schema) as unknown as SchemasOf<typeof SOURCE_KINDS>,
);

type Source = z.infer<typeof sourceSchema>;

/** The description of a source of one kind. */
export type SourceOf<Type extends Source["type"]> = Extract<Source, { type: Type }>;

/** The object that answers for a source. */
export function sourceKindOf({ type }: Source): SourceKind<z.ZodObject, Source> {
  return SOURCE_KINDS.find((kind) => kind.type === type) as unknown as SourceKind<z.ZodObject, Source>;
}
