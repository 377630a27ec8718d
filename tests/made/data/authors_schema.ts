/** The JSON schema of a manifest as its author writes it. */
import { manifestJsonSchema } from "~/data/mod.ts";

/** A JSON schema, as far as it is looked at here. */
interface JsonSchema {
  properties?: Record<string, JsonSchema & { default?: unknown }>;
  required?: string[];
}

/**
 * The schema of `data_manifests/schema.json`, as text. zod describes a manifest that has been read, in which every
 * field with a default is there. An author may leave such fields out.
 */
export function authorsSchema(): string {
  const schema = JSON.parse(manifestJsonSchema(), (_, value: JsonSchema) => {
    const { properties, required } = value ?? {};
    if (!properties || !Array.isArray(required)) return value;
    return { ...value, required: required.filter((name) => properties[name]?.default === undefined) };
  });
  return JSON.stringify(schema, null, 2) + "\n";
}
