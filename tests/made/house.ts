/**
 * Measures of src/, for the test of its layout. Run it to see them, and the places that
 * the test complains about:
 *
 *     deno run -A tests/made/house.ts
 */
import { dirname, join, relative } from "node:path";
import { besideModule } from "~/disk/mod.ts";

/** A statement that brings names of another file into a file. */
export interface Import {
  /** The other file, by its path. */
  from: string;
  /** Names as the other file exports them; `*` stands for all of them. */
  names: string[];
  /** Whether it is loaded only when it is needed, by `import()`. */
  later?: boolean;
}

/** The names that a file hands on from another file. */
export interface ReExport {
  from: string;
  /** Names as the other file exports them, by the names that this file gives them. `*` stands for a star. */
  names: Map<string, string>;
}

/** A file of the tree, as far as the measures read it. */
export interface SourceFile {
  text: string;
  imports: Import[];
  reExports: ReExport[];
  /** Names that are declared in the file and exported. */
  exports: string[];
  /** Files that are started as a process or a thread, or read as text, by their place beside this one. */
  beside: string[];
}

/** Files by their path, relative to the folder of the tree. */
export type Tree = ReadonlyMap<string, SourceFile>;

const COMMENTS = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*/g;
const CLAUSE = /\b(import|export)\s+(type\s+)?([^;"'`=()]*?)\bfrom\s*"([^"]+)"/g;
const BARE = /\bimport\s*"([^"]+)"/g;
const LOADED = /(?:\{([^{}]*)\}\s*=\s*await\s+|\(await\s+|\b)import\(\s*"([^"]+)"\s*\)(?:\)\s*\.\s*(\w+))?/g;
const BESIDE =
  /\bnew URL\(\s*"(\.[^"]+)",\s*import\.meta\.url|\bbesideModule\(\s*import\.meta\.url,\s*"([^"]+)"/g;
const DECLARED =
  /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type|enum)\s+(\w+)/gm;
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}\s*;/gm;

/** The names in a clause `{ a, type b, c as d }`: pairs of the name before and after `as`. */
function namesIn(clause: string): [string, string][] {
  const inner = clause.match(/\{([^}]*)\}/)?.[1] ?? "";
  return inner.split(",").map((part) => part.trim().replace(/^type\s+/, "")).filter(Boolean).map((part) => {
    const [before, after = before] = part.split(/\s+(?:as|:)\s+|\s*:\s*/);
    return [before, after];
  });
}

/** Reads one module. `resolve` gives the path of a specifier, undefined for a package. */
export function readModule(text: string, resolve: (specifier: string) => string | undefined): SourceFile {
  const code = text.replaceAll(COMMENTS, "");
  const [imports, reExports]: [Import[], ReExport[]] = [[], []];
  for (const [, keyword, , clause, specifier] of code.matchAll(CLAUSE)) {
    const from = resolve(specifier);
    if (from === undefined) continue;
    const pairs = namesIn(clause);
    const isStar = clause.trimStart().startsWith("*");
    if (keyword === "import") {
      imports.push({ from, names: isStar ? ["*"] : pairs.map(([before]) => before) });
    } else {
      const names = isStar ? [["*", "*"] as const] : pairs.map(([before, after]) => [after, before] as const);
      reExports.push({ from, names: new Map(names) });
    }
  }
  for (const [, specifier] of code.matchAll(BARE)) {
    const from = resolve(specifier);
    if (from !== undefined) imports.push({ from, names: [] });
  }
  for (const [, destructured, specifier, name] of code.matchAll(LOADED)) {
    const from = resolve(specifier);
    if (from === undefined) continue;
    const names = destructured ? namesIn(`{${destructured}}`).map(([before]) => before) : [name ?? "*"];
    imports.push({ from, names, later: true });
  }
  const beside = [...code.matchAll(BESIDE)].map(([, url, path]) => resolve(url ?? path))
    .filter((path) => path !== undefined);
  const listed = [...code.matchAll(LISTED)].flatMap(([, names]) =>
    namesIn(`{${names}}`).map(([, after]) => after)
  );
  const exports = [...code.matchAll(DECLARED)].map(([, name]) => name);
  return { text, imports, reExports, exports: [...exports, ...listed], beside };
}

function filesUnder(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? filesUnder(path, ending) : name.endsWith(ending) ? [path] : [];
  });
}

/** The path of a specifier in a file of src/, relative to src/. */
function resolver(file: string): (specifier: string) => string | undefined {
  return (specifier) => {
    if (specifier.startsWith("~/")) return specifier.slice(2);
    return specifier.startsWith(".") ? relative("src", join("src", dirname(file), specifier)) : undefined;
  };
}

/** Reads src/ of a checkout. */
export function readTree(root: string): Tree {
  const source = join(root, "src");
  return new Map(
    filesUnder(source, ".ts").sort().map((path) => {
      const file = relative(source, path);
      return [file, readModule(Deno.readTextFileSync(path), resolver(file))];
    }),
  );
}

/** The imports of src/ in the code cells of a checkout's notebooks, by notebook. */
export function readNotebooks(root: string): Map<string, Import[]> {
  const notebooks = filesUnder(join(root, "notebooks"), ".ipynb").filter((path) =>
    !path.includes(".ipynb_checkpoints")
  );
  return new Map(notebooks.map((path) => {
    const { cells } = JSON.parse(Deno.readTextFileSync(path)) as NotebookFile;
    const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source);
    const text = code.map((source) => typeof source === "string" ? source : source.join("")).join("\n");
    return [relative(root, path), readModule(text, resolver("../notebooks/notebook.ts")).imports];
  }));
}

/** The imports of src/ in a checkout's tests, by file. */
export function readTests(root: string): Map<string, Import[]> {
  return new Map(
    filesUnder(join(root, "tests"), ".ts").map((path) => {
      const file = relative(join(root, "src"), path);
      return [file, readModule(Deno.readTextFileSync(path), resolver(file)).imports];
    }),
  );
}

/** The part of a notebook file that imports are read from. */
interface NotebookFile {
  cells: { cell_type: string; source: string | string[] }[];
}

/** The file that declares a name which a file exports, itself or by handing it on. */
function declaringFiles(tree: Tree, file: string, name: string, seen = new Set<string>()): string[] {
  const module = tree.get(file);
  if (!module || seen.has(`${file} ${name}`)) return [];
  seen.add(`${file} ${name}`);
  if (name !== "*" && module.exports.includes(name)) return [file];
  const handed = module.reExports.flatMap(({ from, names }) => {
    if (name === "*") return [...names.values()].flatMap((n) => declaringFiles(tree, from, n, seen));
    const before = names.get(name) ?? (names.has("*") ? name : undefined);
    return before === undefined ? [] : declaringFiles(tree, from, before, seen);
  });
  return name === "*" ? [file, ...handed] : handed;
}

/** Every file that each file needs: it imports a name that the other declares, or starts the other. */
function needsOf(tree: Tree, imports: readonly Import[], beside: readonly string[] = []): string[] {
  const declaring = imports.flatMap(({ from, names }) => [
    ...(tree.get(from)?.exports.length === 0 || names.length === 0 ? [from] : []),
    ...names.flatMap((name) => declaringFiles(tree, from, name)),
  ]);
  return [...new Set([...declaring, ...beside.filter((path) => tree.has(path))])];
}

/**
 * Files that nobody reaches from the entries: the commands, what the notebooks import, the page of the game,
 * which a browser loads, and the engine's doors, which are for other programs. A door that lists a name does
 * not reach the name's file; whoever imports the name does.
 */
export function unreachedFiles(tree: Tree, notebooks: ReadonlyMap<string, Import[]>): string[] {
  const isEntry = (file: string) =>
    ["mod.ts", "game/page/main.ts", "engine/mod.ts", "engine/ops.ts"].includes(file) ||
    /^cli\/[^/]+\.ts$/.test(file);
  const reached = new Set<string>();
  const waiting = [...[...tree.keys()].filter(isEntry), ...needsOf(tree, [...notebooks.values()].flat())];
  while (waiting.length > 0) {
    const file = waiting.pop()!;
    const module = tree.get(file);
    if (!module || reached.has(file)) continue;
    reached.add(file);
    waiting.push(...needsOf(tree, module.imports, module.beside));
  }
  const isDoor = ({ exports, imports }: SourceFile) => exports.length === 0 && imports.length === 0;
  return [...tree].filter(([file, module]) => !reached.has(file) && !isDoor(module)).map(([file]) => file);
}

/**
 * Those lists of src/README.md whose objects have a file each: a new one is a file and a line in the list.
 */
const LISTS = [
  "data/sources/list.ts",
  "evidence/kinds.ts",
  "experiments/kinds.ts",
  "images/transforms/augmentation.ts",
  "models/registry.ts",
];

/**
 * Exports that one file alone imports, or lists, which lies in the same folder, and whose section they could
 * be: `file: name (importer)`. A file that is loaded later or started as a program cannot be a section, nor
 * can an object of one of the lists.
 *
 * @param others imports of the tests and notebooks, by file
 */
export function singleImporterExports(tree: Tree, others: ReadonlyMap<string, Import[]>): string[] {
  const importers = new Map<string, Set<string>>();
  const apart = new Set<string>();
  for (const [file, { imports, beside }] of tree) {
    const later = imports.filter(({ later }) => later).map(({ from }) => from);
    for (const other of [...beside, ...later]) apart.add(`${file} ${other}`).add(`${other} ${file}`);
  }
  const add = (by: string, from: string, name: string) => {
    if (name === "*") {
      for (const each of tree.get(from)?.exports ?? []) add(by, from, each);
      for (const { from: next, names } of tree.get(from)?.reExports ?? []) {
        for (const before of names.values()) add(by, next, before);
      }
      return;
    }
    for (const file of declaringFiles(tree, from, name)) {
      const key = `${file}: ${name}`;
      importers.set(key, (importers.get(key) ?? new Set()).add(by));
    }
  };
  for (const [file, { imports, reExports }] of tree) {
    for (const { from, names } of imports) for (const name of names) add(file, from, name);
    for (const { from, names } of reExports) for (const name of names.values()) add(file, from, name);
  }
  for (const [file, imports] of others) {
    for (const { from, names } of imports) for (const name of names) add(file, from, name);
  }
  return [...importers].flatMap(([key, by]) => {
    const [file] = key.split(": ");
    const [only] = by;
    const isBeside = by.size === 1 && dirname(only) === dirname(file);
    return isBeside && !apart.has(`${file} ${only}`) && !LISTS.includes(only) ? [`${key} (${only})`] : [];
  });
}

/**
 * Files of fewer lines, doors left out, of which everything that is exported has one importer in the same
 * folder: sections of that importer.
 */
export function smallSections(tree: Tree, others: ReadonlyMap<string, Import[]>, fewer = 60): string[] {
  const sections = Map.groupBy(singleImporterExports(tree, others), (place) => place.split(": ")[0]);
  return [...sections].flatMap(([file, places]) => {
    const module = tree.get(file)!;
    const importers = new Set(places.map((place) => place.split(" (")[1]));
    const isWhole = places.length === module.exports.length && importers.size === 1;
    return isWhole && linesOf(module) < fewer ? [`${file} (${[...importers][0]}`] : [];
  });
}

/** Number of lines of a file. */
export function linesOf({ text }: SourceFile): number {
  return text.split("\n").length - 1;
}

/** Files of more lines than are allowed. */
export function longFiles(tree: Tree, most: number): string[] {
  return [...tree].filter(([, file]) => linesOf(file) > most).map(([path, file]) =>
    `${path}: ${linesOf(file)} lines`
  );
}

/**
 * Files that hand on whatever another file exports. A namespace, `export * as tf`, has a name and is none.
 */
export function starExports(tree: Tree): string[] {
  return [...tree].flatMap(([path, { text }]) =>
    [...text.replaceAll(COMMENTS, "").matchAll(/\bexport\s+(?:type\s+)?\*\s+from\s*"([^"]+)"/g)].map((
      [, from],
    ) => `${path}: ${from}`)
  );
}

/**
 * Lines of comments that are wider than the formatter's columns: `file:line`. Tables and
 * directives cannot be broken.
 */
export function wideComments(tree: Tree, columns = 110): string[] {
  return [...tree].flatMap(([path, { text }]) =>
    text.split("\n").flatMap((line, i) =>
      [...line].length > columns && /^\s*(?:\/\*\*|\*(?! \|)|\/\/(?! deno-))/.test(line)
        ? [`${path}:${i + 1}`]
        : []
    )
  );
}

/** The measures of src/ in a checkout, and the places that are counted in some of them. */
export function measures(root: string) {
  const [tree, notebooks, tests] = [readTree(root), readNotebooks(root), readTests(root)];
  const others = new Map([...notebooks, ...tests]);
  const lengths = [...tree.values()].map(linesOf).sort((a, b) => a - b);
  const lines = lengths.reduce((sum, length) => sum + length, 0);
  const places = {
    "files above 400 lines": longFiles(tree, 400),
    "export *": starExports(tree),
    "files that nobody reaches": unreachedFiles(tree, notebooks),
    "files under 60 lines with one importer, in their own folder": smallSections(tree, others),
    "exports with one importer, in their own folder": singleImporterExports(tree, others),
    "comment lines above 110 columns": wideComments(tree),
  };
  const numbers = {
    files: tree.size,
    lines,
    "mean lines of a file": Math.round(lines / tree.size),
    "median lines of a file": lengths[lengths.length >> 1],
    exports: [...tree.values()].reduce((sum, { exports }) => sum + exports.length, 0),
  };
  return { tree, numbers, places };
}

/** The part of a path that names a room. */
const roomOf = (file: string) => file.includes("/") ? file.split("/")[0] : ".";

if (import.meta.main) {
  const { tree, numbers, places } = measures(Deno.args[0] ?? besideModule(import.meta.url, "../../"));
  for (const [room, files] of Map.groupBy(tree.keys(), roomOf)) {
    const lines = files.reduce((sum, file) => sum + linesOf(tree.get(file)!), 0);
    console.log(`${room.padEnd(14)}${`${files.length}`.padStart(5)} files${`${lines}`.padStart(7)} lines`);
  }
  const counts = Object.entries(places).map(([what, list]) => [what, list.length] as const);
  for (const [what, value] of [...Object.entries(numbers), ...counts]) {
    console.log(`${`${value}`.padStart(6)}  ${what}`);
  }
  for (const [what, list] of Object.entries(places)) {
    if (list.length > 0) console.log(`\n${what}:\n${list.map((place) => `  ${place}`).join("\n")}`);
  }
}
