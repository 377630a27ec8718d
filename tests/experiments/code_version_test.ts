import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import { recordCode, resultsCode } from "~/experiments/mod.ts";
import { readTree } from "../made/house.ts";

/** A copy of what versions are read from. */
function checkout(): string {
  const root = Deno.makeTempDirSync();
  const copy = (path: string) => {
    const from = join(repositoryRoot, path);
    if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, join(root, path));
    Deno.mkdirSync(join(root, path));
    for (const { name } of Deno.readDirSync(from)) copy(`${path}/${name}`);
  };
  ["src", "data_manifests", "deno.json", "requirements.txt"].forEach(copy);
  return root;
}

Deno.test("a version of the code changes with what decides results, and with nothing else", () => {
  const root = checkout();
  assert.match(recordCode(), /^[0-9a-f]{12}$/);
  assert.equal(resultsCode(root), resultsCode());
  /** Whether the version is another one while a file is changed. */
  const changes = (path: string, change: (text: string) => string) => {
    const file = join(root, path);
    const text = Deno.readTextFileSync(file);
    assert.notEqual(change(text), text, path);
    Deno.writeTextFileSync(file, change(text));
    const version = resultsCode(root);
    Deno.writeTextFileSync(file, text);
    return version !== resultsCode();
  };
  const longer = (text: string) => `${text}\nexport const more = 1;\n`;
  for (
    const path of ["paper/claims.ts", "train/recipe.ts", "data/batches/worker.ts", "images/resample.wat"]
  ) {
    assert.ok(changes(`src/${path}`, longer), path);
  }
  for (const path of ["figures/theme.ts", "cli/lab.ts", "README.md", "experiments/code_version.ts"]) {
    assert.ok(!changes(`src/${path}`, longer), path);
  }
  assert.ok(changes("data_manifests/tabler.json", longer));
  for (const name of ["coco", "schema"]) assert.ok(!changes(`data_manifests/${name}.json`, longer), name);
  const recipe = "src/train/recipe.ts";
  const laidOut = (text: string) =>
    `// A word more.\n/** And\n * another. */\n${text.replaceAll("  ", "\t")}\n`;
  assert.ok(!changes(recipe, laidOut), "comments and layout decide nothing");
  assert.ok(!changes(recipe, (text) => text.replaceAll(/,(\s*\n\s*[})])/g, "$1")));
  assert.ok(
    changes("src/paper/claims.ts", (text) => text.replace('"not shown', '"not  shown')),
    "in a string",
  );
  assert.ok(changes("deno.json", (text) => text.replace(/sharp@[\d.]+/, "sharp@0.0.1")));
  assert.ok(!changes("deno.json", (text) => text.replace(/jsdom@[\d.]+/, "jsdom@0.0.1")));
  assert.ok(changes("requirements.txt", (text) => text.replaceAll(/==2\.\d+\.\d+/g, "==2.0.0")));
  Deno.writeTextFileSync(join(root, "src/stats/new.ts"), "export const fresh = 1;\n");
  assert.notEqual(resultsCode(root), resultsCode());
  Deno.removeSync(root, { recursive: true });
});

/**
 * Rooms that results go through and that decide none: they bring files of known checksums, draw, or say which
 * device there is, which a record names.
 */
const BESIDE = ["disk", "fetch", "figures", "http", "nvidia"];

Deno.test("everything that experiments and chapters reach is in the version of the code", () => {
  const tree = readTree(repositoryRoot);
  const waiting = [...tree.keys()].filter((file) =>
    file === "experiments/mod.ts" || /^chapters\//.test(file)
  );
  const reached = new Set<string>();
  while (waiting.length > 0) {
    const file = waiting.pop()!;
    if (reached.has(file) || !tree.has(file)) continue;
    reached.add(file);
    const { imports, reExports, beside } = tree.get(file)!;
    waiting.push(...[...imports, ...reExports].map(({ from }) => from), ...beside);
  }
  const rooms = new Set([...reached].map((file) => file.split("/")[0]));
  const text = Deno.readTextFileSync(join(repositoryRoot, "src/experiments/code_version.ts"));
  const hashed = [...text.matchAll(/const OF_\w+ = \[([^\]]*)\]/g)].flatMap(([, names]) =>
    [...names.matchAll(/"(\w+)"/g)].map(([, name]) => name)
  );
  assert.deepEqual([...rooms].filter((room) => !BESIDE.includes(room)).sort(), hashed.sort());
});
