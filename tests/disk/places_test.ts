/** Paths beside modules, in a checkout that may lie in a folder of any name. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { besideModule, repositoryRoot } from "../../src/disk/mod.ts";

Deno.test("a path beside a module is the folder's own, whatever its name has", () => {
  for (const name of ["a b", "ü", "100%", "%23", "#x", "a?b", "[1]", "a+b&c", "水"]) {
    const module = pathToFileURL(`/checkout ${name}/src/room/mod.ts`).href;
    assert.equal(besideModule(module, "./step.py"), `/checkout ${name}/src/room/step.py`);
    assert.equal(besideModule(module, "../../"), `/checkout ${name}/`);
  }
});

/** A path made of a module's address by hand, and an address made of a path by hand: right for plain names alone. */
const BY_HAND: Record<string, RegExp> = {
  "import.meta.url's pathname": /import\.meta\.url\)+\.pathname/,
  "import.meta.url cut": /import\.meta\.url\.(replace|slice|substring|split)/,
  "a path behind file://": /[`"']file:\/\/\$\{(repositoryRoot|root|module|join\(repositoryRoot)/,
};

function* modulesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* modulesIn(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

Deno.test("no module makes a path of its address by hand", () => {
  const own = besideModule(import.meta.url, "./places_test.ts");
  const modules = ["src", "tests"].flatMap((folder) => [...modulesIn(join(repositoryRoot, folder))]);
  assert.ok(modules.includes(own) && modules.length > 300, `${modules.length}`);
  const found = modules.filter((path) => path !== own).flatMap((path) => {
    const text = Deno.readTextFileSync(path);
    return Object.keys(BY_HAND).filter((name) => BY_HAND[name].test(text)).map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(found, [], "besideModule of src/disk, or pathToFileURL");
  const wrong = [
    "new URL('./a.py', import.meta.url).pathname",
    "fromUrl(new URL('.', import.meta.url)).pathname",
    "import.meta.url.slice(7)",
    "`file://${repositoryRoot}src/mod.ts`",
  ];
  for (const text of wrong) assert.ok(Object.values(BY_HAND).some((kind) => kind.test(text)), text);
});
