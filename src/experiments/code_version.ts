/**
 * Versions of the code: hashes of all that decides a result, so that outputs can say what made them. Comments
 * and layout decide none.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { repositoryRoot } from "../disk/mod.ts";

/**
 * Rooms whose code decides an experiment's outcome. `disk`, `http` and `fetch` bring files and do not: what
 * they brought is known by its checksum. `nvidia` says which device there is, and a record names it.
 */
const OF_RECORDS = [
  "data",
  "evidence",
  "experiments",
  "images",
  "interpret",
  "models",
  "ops",
  "probe",
  "stats",
  "tensorflow",
  "train",
];

/** Rooms that decide what is said about records, too. */
const OF_RESULTS = ["chapters", "paper", ...OF_RECORDS];

let ofRecords: string | undefined;

/**
 * The version of the code that decides what a record says: 12 hex digits. It is read once a process: a
 * process goes on with the code that it has loaded.
 */
export function recordCode(): string {
  return ofRecords ??= recordCodeOf(repositoryRoot);
}

/** As {@linkcode recordCode}, of any checkout. */
export function recordCodeOf(root: string): string {
  return digest(partsOf(OF_RECORDS, root));
}

/**
 * The version of the code that decides what the notebooks say: that of records, of claims and of their
 * verdicts.
 *
 * @param root folder of a checkout. Default: this one's
 * @returns 12 hex digits
 */
export function resultsCode(root = repositoryRoot): string {
  return digest([...partsOf(OF_RESULTS, root), ...manifests(root)]);
}

/** Names and contents that a version is the hash of. */
type Parts = [name: string, content: string][];

function digest(parts: Parts): string {
  const hash = createHash("sha256");
  for (const [name, content] of parts) hash.update(`${name}\0${content.length}\0`).update(content);
  return hash.digest("hex").slice(0, 12);
}

/** A string, or a template, in a module. */
const QUOTED = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)/;

/**
 * A module without what an editor of comments and the formatter may change: lines that are comments, white
 * space outside of strings, commas before a closing bracket.
 */
function withoutLayout(text: string): string {
  const code = text.split("\n").filter((line) => !/^\s*(\/\/|\/\*|\*)/.test(line)).join("\n");
  const bare = (part: string) => part.replaceAll(/\s+/g, "").replaceAll(/,(?=[)\]}])/g, "");
  return code.split(QUOTED).map((part, i) => i % 2 === 0 ? bare(part) : part).join("");
}

/** What tells versions apart, and decides nothing else. */
const THIS_FILE = "experiments/code_version.ts";

/** The files of rooms, the exact versions of the packages that they import, and TensorFlow's. */
function partsOf(rooms: readonly string[], root: string): Parts {
  const names = rooms.toSorted().flatMap((room) => filesUnder(join(root, "src"), room));
  const files = names.filter((name) => name !== THIS_FILE).map((name): [string, string] => {
    const text = Deno.readTextFileSync(join(root, "src", name));
    return [name, name.endsWith(".ts") ? withoutLayout(text) : text];
  });
  const code = files.map(([, text]) => text).join("\n");
  const { imports } = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  const packages = Object.entries<string>(imports).filter(([name]) =>
    code.includes(`"${name}"`) || code.includes(`"${name}/`)
  );
  const requirements = Deno.readTextFileSync(join(root, "requirements.txt")).split("\n")
    .filter((line) => line.startsWith("tensorflow"));
  return [...files, ...packages, ["requirements.txt", requirements.join("\n")]];
}

/** The manifests of datasets that come with the project, as npm packages: those that the notebooks use. */
function manifests(root: string): Parts {
  const names = [...Deno.readDirSync(join(root, "data_manifests"))]
    .filter(({ name, isFile }) => isFile && name.endsWith(".json") && name !== "schema.json")
    .map(({ name }) => `data_manifests/${name}`).sort();
  const all = names.map((name): [string, string] => [name, Deno.readTextFileSync(join(root, name))]);
  return all.filter(([, text]) => /"package"\s*:/.test(text)); // not parsed: a stray file is not this one's to report
}

/** Files in a folder and its folders, relative to `root`, sorted; without documents. */
function filesUnder(root: string, folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? filesUnder(root, path) : name.endsWith(".md") ? [] : [path];
  }).sort();
}
