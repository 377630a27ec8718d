/**
 * Writes the JSON schema of an audit's report anew. Run it when a field of the report changes:
 *
 *     deno run -A tests/made/report/write_schema.ts
 */
import { reportJsonSchema } from "../../../src/report/mod.ts";

Deno.writeTextFileSync(new URL("../../../src/report/schema.json", import.meta.url), reportJsonSchema());
Deno.exit();
