import assert from "node:assert/strict";
import { SOURCE_KINDS, sourceKindOf } from "../../../src/data/sources/list.ts";
import { manifestNames, readManifest } from "../../../src/data/mod.ts";

Deno.test("every kind of source is listed once, under the name that its schema has", () => {
  const types = SOURCE_KINDS.map(({ type }) => type);
  assert.equal(new Set(types).size, types.length);
  for (const { type, schema } of SOURCE_KINDS) assert.equal(schema.shape.type.value, type);
});

Deno.test("of every manifest the kind says what is read; files are read unless a version fixes the content", () => {
  for (const name of manifestNames()) {
    const { folder, source } = readManifest(name);
    const kind = sourceKindOf(source);
    assert.equal(kind.type, source.type);
    assert.notEqual(kind.origin(source), "");
    assert.equal(kind.fixedByVersion, "package" in source, name);
    if (kind.fixedByVersion) assert.deepEqual([...kind.localFiles(folder, source)], [], name);
  }
});
