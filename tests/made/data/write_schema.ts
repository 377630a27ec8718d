/**
 * Writes the JSON schema of manifests, which editors read, anew. Run it when a kind of source or a field of
 * manifests changes:
 *
 *     deno run -A tests/made/data/write_schema.ts
 */
import { MANIFEST_FOLDER } from "~/data/mod.ts";
import { authorsSchema } from "./authors_schema.ts";

Deno.writeTextFileSync(new URL("schema.json", MANIFEST_FOLDER), authorsSchema());
