/** The layout of src/: which room may import which, and how large its files and doors may be. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import {
  measures,
  readModule,
  singleImporterExports,
  type SourceFile,
  unreachedFiles,
} from "./made/house.ts";

/** From the top of the house to the ground: a room may import from the rooms after it. */
const ROOMS = [
  "mod.ts",
  "engine",
  "cli",
  "bench",
  "sweeps",
  "setup",
  "report",
  "notebook",
  "game",
  "chapters",
  "figures",
  "records",
  "paper",
  "predict",
  "experiments",
  "interpret",
  "evidence",
  "probe",
  "train",
  "models",
  "ops",
  "data",
  "fetch",
  "http",
  "images",
  "stats",
  "tensorflow",
  "nvidia",
  "disk",
];

/**
 * The doors of a room. Threads that make batches go in by mod.ts and load no zod: schemas of what they load
 * have a door of their own.
 */
const DOORS = ["mod.ts", "schemas.ts"];

/**
 * The files of a chapter, which are its doors: a new one is a folder and its names in src/mod.ts. Chapters do
 * not know of each other.
 */
const CHAPTER = /^chapters\/(\w+)\/(records|claims|figure|findings)\.ts$/;

/** Rooms within src/data, from top to bottom. */
const ROOMS_OF_DATA = ["batches", "sample", "pool", "manifest", "sources", "files"];

/** Exports that could be sections of their only importer: fewer than so many. */
const FEW = 60;

const { tree, numbers, places } = measures(repositoryRoot);

const room = (file: string) => file.split("/")[0];

/** The files that a file imports, hands on or loads. */
const importsOf = ({ imports, reExports }: SourceFile) => [...imports, ...reExports].map(({ from }) => from);

const graph = new Map([...tree].map(([file, module]) => [file, importsOf(module)] as const));

/** The fault of one import, or undefined. */
function fault(from: string, to: string): string | undefined {
  const [here, there] = [ROOMS.indexOf(room(from)), ROOMS.indexOf(room(to))];
  if (here < 0) return `${from}: "${room(from)}" is not a room of the house`;
  if (!graph.has(to) && !(to.endsWith(".wasm") && existsSync(join(repositoryRoot, "src", to)))) {
    return `${from} imports ${to}, which is not there`;
  }
  if (room(to) === "chapters" && here === there) {
    return CHAPTER.exec(from)?.[1] === CHAPTER.exec(to)?.[1]
      ? undefined
      : `${from} imports another chapter: ${to}`;
  }
  if (here === there) return undefined;
  if (there < here) return `${from} imports upwards: ${to}`;
  const isDoor = DOORS.includes(to.slice(room(to).length + 1)) || CHAPTER.test(to);
  return isDoor ? undefined : `${from} imports ${to} past the door, ${room(to)}/mod.ts`;
}

/** The first cycle that can be reached, as a list of files. */
function cycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

Deno.test("imports go downwards, and into a room only through its door", () => {
  const faults = [...graph].flatMap(([from, targets]) => targets.map((to) => fault(from, to))).filter(
    Boolean,
  );
  assert.deepEqual(faults, []);
});

Deno.test("within data imports go downwards: from batches to samples, pools, manifests, sources and files", () => {
  const level = (file: string) => room(file) === "data" ? ROOMS_OF_DATA.indexOf(file.split("/")[1]) : -1;
  const upwards = [...graph].flatMap(([from, targets]) =>
    targets.filter((to) => level(to) >= 0 && level(to) < level(from)).map((to) => `${from} imports ${to}`)
  );
  assert.deepEqual(upwards, []);
});

Deno.test("a chapter is a folder of its records, its claims, its figure and what that shows", () => {
  const others = [...graph.keys()].filter((file) => room(file) === "chapters" && !CHAPTER.test(file));
  assert.deepEqual(others, []);
});

Deno.test("no file imports itself, directly or through others", () => {
  assert.equal(cycle()?.join(" → "), undefined);
});

Deno.test("a program or file that a module names beside itself is there", () => {
  const missing = [...tree].flatMap(([from, { beside }]) =>
    beside.filter((path) => !existsSync(join(repositoryRoot, "src", path))).map((path) => `${from}: ${path}`)
  );
  assert.deepEqual(missing, []);
});

Deno.test("a door lists its names", () => {
  assert.deepEqual(places["export *"], []);
});

Deno.test("no file has more than 400 lines", () => {
  assert.deepEqual(places["files above 400 lines"], []);
});

Deno.test("a command, a notebook, the game's page or the engine's exports reach every file", () => {
  assert.deepEqual(places["files that nobody reaches"], []);
});

Deno.test(`fewer than ${FEW} exports have a single importer, in their own folder`, () => {
  const found = places["exports with one importer, in their own folder"];
  console.log(`${found.length} such exports, of ${numbers.exports}, in ${numbers.files} files`);
  assert.ok(found.length < FEW, found.join("\n"));
});

Deno.test("comments are as wide as the formatter's columns, or narrower", () => {
  assert.deepEqual(places["comment lines above 110 columns"], []);
});

/** A tree of modules by their texts. */
function treeOf(texts: Record<string, string>) {
  const resolve = (file: string) => (specifier: string) =>
    specifier.startsWith("~/") ? specifier.slice(2) : join(file, "..", specifier);
  return new Map(Object.entries(texts).map(([file, text]) => [file, readModule(text, resolve(file))]));
}

Deno.test("imports of every form are seen, those in comments are not", () => {
  const text = `import { a } from "./a.ts";
import type { B as Own } from "../models/mod.ts"; export * from "~/stats/mod.ts"; export {
  c,
} from "./c.ts"; // import "./no.ts"
/** import { x } from "./neither.ts" */
import "./d.ts"; const e = await import("./e.ts"); import z from "zod"; (await import("./f.ts")).g();
const { h, i: j } = await import("./h.ts"); import * as k from "./k.ts";`;
  const resolve = (specifier: string) =>
    specifier.startsWith("~/")
      ? specifier.slice(2)
      : specifier.startsWith(".")
      ? join("train", specifier)
      : undefined;
  const { imports, reExports } = readModule(text, resolve);
  assert.deepEqual(imports.map(({ from, names }) => [from, ...names]), [
    ["train/a.ts", "a"],
    ["models/mod.ts", "B"],
    ["train/k.ts", "*"],
    ["train/d.ts"],
    ["train/e.ts", "*"],
    ["train/f.ts", "g"],
    ["train/h.ts", "h", "i"],
  ]);
  assert.deepEqual(reExports.map(({ from, names }) => [from, ...names.keys()]), [
    ["stats/mod.ts", "*"],
    ["train/c.ts", "c"],
  ]);
});

Deno.test("a file is reached by whoever imports its names or starts it, not by a door that lists them", () => {
  const tree = treeOf({
    "cli/go.ts":
      `import { wanted } from "../room/mod.ts"; new Worker(new URL("./thread.ts", import.meta.url));`,
    "cli/thread.ts": `export const thread = 1;`,
    "room/mod.ts": `export { wanted } from "./wanted.ts"; export { idle as other } from "./idle.ts";`,
    "room/wanted.ts": `export const wanted = 1;`,
    "room/idle.ts": `import { below } from "./below.ts";\nexport const idle = below;`,
    "room/below.ts": `export const below = 1;`,
  });
  assert.deepEqual(unreachedFiles(tree, new Map()), ["room/idle.ts", "room/below.ts"]);
  const notebooks = new Map([["a.ipynb", [{ from: "room/mod.ts", names: ["other"] }]]]);
  assert.deepEqual(unreachedFiles(tree, notebooks), []);
});

Deno.test("an export with one importer could be a section of it, unless it lies elsewhere or apart", () => {
  const tree = treeOf({
    "cli/go.ts": `import { far } from "../room/a.ts"; const { lazy } = await import("./lazy.ts");`,
    "cli/lazy.ts": `export const lazy = 1;`,
    "room/a.ts": `import { near, twice } from "./b.ts";\nexport const far = near + twice;`,
    "room/b.ts":
      `export const near = 1;\nexport const twice = 2;\nexport const alone = 3;\nexport const tested = 4;`,
    "room/c.ts": `import { tested, twice } from "./b.ts"; export { twice };`,
  });
  const tests = new Map([["b_test.ts", [{ from: "room/b.ts", names: ["tested"] }]]]);
  assert.deepEqual(singleImporterExports(tree, tests), ["room/b.ts: near (room/a.ts)"]);
});
