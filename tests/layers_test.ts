import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";

const source = besideModule(import.meta.url, "../src/");

/** From the top of the house to the ground: a room may import from the rooms after it. */
const ROOMS = [
  "mod.ts",
  "cli",
  "bench",
  "setup",
  "notebook",
  "game",
  "chapters",
  "figures",
  "paper",
  "predict",
  "experiments",
  "interpret",
  "probe",
  "train",
  "models",
  "ops",
  "data",
  "fetch",
  "images",
  "stats",
  "tensorflow",
  "disk",
];

/** The doors of a room. Threads that make batches go in by mod.ts and load no zod: schemas of what they load have a door of their own. */
const DOORS = ["mod.ts", "schemas.ts"];

function typeScriptFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? typeScriptFiles(path) : name.endsWith(".ts") ? [path] : [];
  });
}

/** The files of src/ that a module's text imports, re-exports or loads, relative to src/. */
function importsOf(file: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g, "");
  const statements = /\b(?:import|export)\b[^;"'`]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g;
  return [...code.matchAll(statements)].map((match) => match[1] ?? match[2]).flatMap((specifier) => {
    if (specifier.startsWith("~/")) return [specifier.slice(2)];
    return specifier.startsWith(".") ? [relative(source, join(file, "..", specifier))] : [];
  });
}

const room = (file: string) => file.split("/")[0];

const graph = new Map(
  typeScriptFiles(source).map((file) =>
    [relative(source, file), importsOf(file, Deno.readTextFileSync(file))] as const
  ),
);

/** What is wrong with one import, or undefined. */
function fault(from: string, to: string): string | undefined {
  const [here, there] = [ROOMS.indexOf(room(from)), ROOMS.indexOf(room(to))];
  if (here < 0) return `${from}: "${room(from)}" is not a room of the house`;
  if (!graph.has(to) && !(to.endsWith(".wasm") && existsSync(join(source, to)))) {
    return `${from} imports ${to}, which is not there`;
  }
  if (here === there) return undefined;
  if (there < here) return `${from} imports upwards: ${to}`;
  return DOORS.includes(to.slice(room(to).length + 1))
    ? undefined
    : `${from} imports ${to} past the door, ${room(to)}/mod.ts`;
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

Deno.test("no file imports itself, directly or through others", () => {
  assert.equal(cycle()?.join(" → "), undefined);
});

Deno.test("imports of every form are seen, those in comments are not", () => {
  const text = `import { a } from "./a.ts";
import type { B } from "../models/mod.ts"; export * from "~/stats/mod.ts"; export {
  c,
} from "./c.ts"; // import "./no.ts"
/** import { x } from "./neither.ts" */
import "./d.ts"; const e = await import("./e.ts"); import z from "zod";`;
  assert.deepEqual(importsOf(join(source, "train/x.ts"), text), [
    "train/a.ts",
    "models/mod.ts",
    "stats/mod.ts",
    "train/c.ts",
    "train/d.ts",
    "train/e.ts",
  ]);
});
