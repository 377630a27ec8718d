/** The notebooks as they are committed. */
import assert from "node:assert/strict";
import { repositoryRoot } from "../../src/disk/mod.ts";
import * as door from "../../src/mod.ts";
import { codeCells, madeBy } from "../../src/cli/executed_notebook.ts";
import { faultsOf, testsClaims } from "../made/notebooks/notebook_file.ts";
import { settingCells } from "../made/notebooks/tag_cells.ts";

const FOLDER = `${repositoryRoot}notebooks/`;
const NOTEBOOKS = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) =>
  name.endsWith(".ipynb")
)
  .sort().map((name) => ({ name, file: Deno.readTextFileSync(FOLDER + name) }));

const IMPORT = /^import \{([^}]*)\} from "([^"]+)";$/gm;
const withoutType = (name: string) => name.trim().replace(/^type /, "");

/** Names of src/mod.ts, types too. */
function doorNames(): string[] {
  const text = Deno.readTextFileSync(`${repositoryRoot}src/mod.ts`).replaceAll(/\/\/.*|\/\*[^]*?\*\//g, "");
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, names]) =>
    names.split(",").map(withoutType).filter((name) => name)
  );
}

const cells = NOTEBOOKS.flatMap(({ name, file }) => codeCells(file).map((cell) => ({ name, ...cell })));
const imports = cells.flatMap(({ name, source }) =>
  [...source.matchAll(IMPORT)].map(([, names, from]) => ({
    name,
    from,
    names: names.split(",").map(withoutType),
  }))
);

Deno.test("notebooks: a cell imports from ~/mod.ts alone, in one statement, and only what it lists", () => {
  const listed = doorNames();
  assert.ok(NOTEBOOKS.length >= 12 && imports.length > NOTEBOOKS.length);
  for (const { name, from, names } of imports) {
    assert.equal(from, "~/mod.ts", name);
    for (const wanted of names.filter((each) => each)) {
      assert.ok(listed.includes(wanted), `${name}: ${wanted}`);
    }
  }
  for (const { name, source } of cells) {
    assert.ok((source.match(/\bimport\b/g) ?? []).length <= 1, `${name}: ${source}`);
  }
});

/** Names for images of one's own, which no notebook that is committed can have. */
const FOR_OWN_IMAGES = ["hub", "parquet", "shards"];

/** Names for sweeps on other machines, which a notebook that runs by itself has not. */
const FOR_OTHER_MACHINES = ["readExperiments", "sweepOnRay", "writeExperiments"];

Deno.test("src/mod.ts: a notebook uses every name that it lists, and it lists them without stars", () => {
  const used = new Set([...FOR_OWN_IMAGES, ...FOR_OTHER_MACHINES, ...imports.flatMap(({ names }) => names)]);
  const listed = doorNames();
  assert.deepEqual(listed.filter((name) => !used.has(name)), []);
  assert.deepEqual(Object.keys(door).filter((name) => !listed.includes(name)), []);
});

Deno.test("notebooks: no cell has logic of its own, nor more than 15 lines", () => {
  for (const { name, source } of cells) {
    const code = source.replaceAll(IMPORT, "").replaceAll(/\/\/.*|"[^"\n]*"|`[^`]*`/g, "");
    assert.doesNotMatch(code, /\b(function|class|for|while|if|switch|try|let|var)\b|=> \{$/m, name);
    assert.doesNotMatch(code, /const \w+ = (async )?\([^()]*\) =>/, name);
    assert.ok(source.split("\n").length <= 15, `${name}: ${source}`);
  }
});

Deno.test("notebooks: the cells that a reader may want to change are tagged as parameters, and no others", () => {
  for (const { name, file } of NOTEBOOKS) {
    const { cells } = JSON.parse(file) as { cells: { id: string; metadata: { tags?: string[] } }[] };
    const tagged = cells.filter(({ metadata }) => metadata.tags?.includes("parameters")).map(({ id }) => id);
    assert.equal(settingCells(file).length > 0, !name.startsWith("00"), name);
    assert.deepEqual(tagged, settingCells(file), `${name}: deno run -A tests/made/notebooks/tag_cells.ts`);
  }
});

/**
 * Notebooks with cells that have changed since they were executed, as the results page says. Those that say
 * what made them are not meant; this list goes when all of them do.
 */
const CHANGED_SINCE: string[] = [];

for (const { name, file } of NOTEBOOKS) {
  const ignore = !madeBy(file) && CHANGED_SINCE.includes(name.slice(0, 2));
  const of = `notebook ${name}: is committed with its outputs, and each claim with its verdict`;
  Deno.test({ name: ignore ? `${of} (to be executed anew)` : of, ignore }, () => {
    assert.deepEqual(faultsOf(file), []);
    // 00 shows the set-up and the data, 13 the reader's own; every other notebook tests claims.
    assert.equal(testsClaims(file), !/^(00|13)/.test(name));
  });
}

Deno.test("faultsOf: finds cells that failed or show nothing, and claims that are not there", () => {
  const { file } = NOTEBOOKS.find(({ name }) => name.startsWith("02"))!;
  /** The notebook with the outputs of the cell that has this text changed. */
  const changed = (text: string, change: (outputs: Record<string, unknown>[]) => unknown) => {
    const notebook = JSON.parse(file);
    for (const cell of notebook.cells) {
      if (cell.cell_type === "code" && [cell.source].flat().join("").includes(text)) {
        cell.outputs = change(cell.outputs);
      }
    }
    return faultsOf(JSON.stringify(notebook)).join("\n");
  };
  const edited = (change: (text: string) => string) =>
    changed("showClaims(", (outputs) => JSON.parse(change(JSON.stringify(outputs))));
  assert.match(changed("accuracyTable(", () => []), /accuracyTable.*shows nothing/);
  assert.match(changed("live(", () => []), /live.*shows nothing/);
  assert.match(changed("sweep(", () => [{ output_type: "error", ename: "RangeError" }]), /RangeError/);
  assert.match(changed("learningCurvesFigure(", () => [{ data: { "text/plain": "" } }]), /no picture of it/);
  assert.match(changed("showClaims(", () => []), /tests every-architecture-above-chance.*shows $/m);
  assert.match(edited((text) => text.replace('"id":"alexnet-least"', '"id":"alexnet"')), /shows .*alexnet,/);
  assert.match(
    edited((text) => text.replaceAll(/"verdict":"[^"]*"/g, '"verdict":"maybe"')),
    /has no verdict/,
  );
  assert.match(
    edited((text) => text.replaceAll("AlexNet, the oldest, is behind every other architecture. (", "(")),
    /alexnet-least is not in the table/,
  );
});
