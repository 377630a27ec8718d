import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  collections,
  datasetHash,
  datasetsOf,
  MANIFEST_FOLDER,
  manifestNames,
  parseManifest,
  readManifest,
} from "../../../src/data/mod.ts";
import { filesOnDisk } from "../../made/data/photo_files.ts";
import { authorsSchema } from "../../made/data/authors_schema.ts";

const text = Deno.readTextFileSync(new URL("tabler.json", MANIFEST_FOLDER));
const changed = (change: Record<string, unknown>) => JSON.stringify({ ...JSON.parse(text), ...change });

Deno.test("every manifest of the repository is sound, and its package is locked", () => {
  const lock = JSON.parse(Deno.readTextFileSync("deno.lock"));
  for (const name of manifestNames(MANIFEST_FOLDER)) {
    const { source, checked } = readManifest(name);
    if ("package" in source) assert.ok(`npm:${source.package}@${source.version}` in lock.specifiers, name);
    assert.ok(checked >= "2026-11-24");
  }
});

const schema = Deno.readTextFileSync(new URL("schema.json", MANIFEST_FOLDER));

Deno.test("the JSON schema beside the manifests is current", () => {
  assert.ok(schema === authorsSchema(), "run deno run -A tests/made/data/write_schema.ts");
});

Deno.test("the JSON schema that manifests name accepts every one of them, and refuses what is wrong", () => {
  const formats = { uri: (text: string) => URL.canParse(text), date: /^\d{4}-\d{2}-\d{2}$/ };
  const isSound = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, formats })
    .compile(JSON.parse(schema));
  const faults = (value: unknown) =>
    isSound(value) ? [] : isSound.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  const names = manifestNames(MANIFEST_FOLDER);
  assert.ok(names.length > 30);
  for (const name of names) {
    const manifest = JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, MANIFEST_FOLDER)));
    assert.deepEqual(faults(manifest), [], name);
    assert.equal(manifest.$schema, "./schema.json", name);
  }
  const wrong = (change: Record<string, unknown>) => faults(JSON.parse(changed(change))).join("\n");
  assert.match(wrong({ access: undefined, images: 0 }), /^\/images must be >= 1$/);
  assert.match(wrong({ colour: "red" }), /must NOT have additional properties/);
  assert.match(wrong({ homepage: "nowhere", checked: "today" }), /\/homepage .*"uri"[^]*\/checked .*"date"/);
  assert.match(wrong({ licence: undefined }), /must have required property 'licence'/);
});

Deno.test("each fault is one line that names file and field", () => {
  const fault = (change: Record<string, unknown>) => {
    try {
      parseManifest(changed(change), "tabler.json");
    } catch (error) {
      return (error as Error).message;
    }
    return "no fault";
  };
  assert.match(fault({ colour: "red" }), /^tabler\.json: unknown field "colour"; remove it/);
  assert.match(
    fault({ render: { side: 0, channels: 1, background: "#ffffff" } }),
    /^tabler\.json: field "render\.side": /,
  );
  assert.match(
    fault({ render: { side: 64, channels: 1, background: "#ffffff", dpi: 3 } }),
    /unknown field "render\.dpi"/,
  );
  const [channels, background] = [3, "#ffffff"];
  for (const render of [{ channels, background }, { side: 64, shorter: 500, channels, background }]) {
    assert.equal(
      fault({ render }),
      'tabler.json: field "render": give either side (stored as squares of pixels) or shorter (stored as JPEG)',
    );
  }
  assert.match(
    fault({ render: { shorter: 500, channels: 1, background } }),
    /^[^\n]*field "render\.channels": .*$/,
  );
  assert.match(fault({ images: undefined }), /^tabler\.json: field "images": /);
  assert.equal(fault({ images: "many", checked: "today" }).split("\n").length, 2);
  assert.match(fault({ source: { type: "ftp" } }), /^tabler\.json: field "source\.type": /);
  assert.match(fault({ name: "other" }), /name is "other", but the file's name says "tabler"/);
  assert.throws(() => parseManifest("{", "tabler.json"), /tabler\.json is not JSON/);
});

Deno.test("the hash follows the content, not the words about it", () => {
  const hash = datasetHash(parseManifest(text, "tabler.json"));
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.equal(datasetHash(parseManifest(changed({ title: "Other words" }), "tabler.json")), hash);
  const render = { side: 32, channels: 1, background: "#ffffff" };
  assert.notEqual(datasetHash(parseManifest(changed({ render }), "tabler.json")), hash);
});

Deno.test("datasets are chosen by collection or by name", () => {
  assert.deepEqual(datasetsOf("icons"), ["tabler", "phosphor", "mdi", "remix", "mingcute", "carbon"]);
  assert.equal(collections().get("emoji")!.length, 6);
  assert.deepEqual(datasetsOf("mdi, tabler"), ["mdi", "tabler"]);
  assert.throws(() => datasetsOf("mdi,tablr"), /no dataset "tablr"; known are.*icons \(tabler, phosphor/);
  assert.throws(() => datasetsOf(""), /no dataset ""/);
  assert.throws(() => datasetsOf("mdi,mdi"), /"mdi" is named twice/);
  assert.throws(
    () => readManifest("imagenet"),
    /no dataset "imagenet"; known are.*photos \(imagenette, voc2007, coco\)/,
  );
});

Deno.test("stray files among manifests stand in nobody's way, and are named where a dataset is not found", () => {
  const own = JSON.stringify({ ...JSON.parse(text), name: "mine", collection: "own" });
  using folder = filesOnDisk({
    "mine.json": own,
    "._mine.json": "\0\x05\x16\x07",
    ".hidden.json": "{",
    "package.json": '{ "name": "my-notebooks" }',
    "half.json": own.slice(0, 40),
    "folder.json/x.json": own,
    "README.md": "mine",
  });
  assert.deepEqual([...collections(folder.url)], [["own", ["mine"]]]);
  assert.deepEqual(datasetsOf("mine", folder.url), ["mine"]);
  assert.deepEqual(datasetsOf("own", folder.url), ["mine"]);
  assert.throws(
    () => datasetsOf("other", folder.url),
    /known are, by collection: own \(mine\)\n.*half\.json is not JSON/s,
  );
  assert.throws(() => readManifest("half", folder.url), /half\.json is not JSON/);
});
