/**
 * Tags of notebooks' cells: `parameters` on the cells that a reader may want to change, as papermill and Jupyter
 * Book know it. An executed copy keeps the tags of the notebook that it is of. Tag notebooks that have a new cell
 * of settings:
 *
 *     deno run -A tests/made/notebooks/tag_cells.ts
 */
import { repositoryRoot } from "~/disk/mod.ts";

interface Cell {
  id: string;
  cell_type: string;
  source: string | string[];
}

const text = ({ source }: Cell) => [source].flat().join("");

/**
 * Ids of the cells of settings, in order. The text before them says "Everything that you may want to change is in
 * this cell", which is the next one, or "in these cells", which are all up to the next text.
 */
export function settingCells(notebook: string): string[] {
  const { cells } = JSON.parse(notebook) as { cells: Cell[] };
  return cells.flatMap((cell, i) => {
    const said = /Everything that you may want to change is in (this|these)\b/.exec(text(cell));
    if (cell.cell_type !== "markdown" || !said) return [];
    const end = cells.findIndex(({ cell_type }, at) => at > i && cell_type === "markdown");
    return cells.slice(i + 1, said[1] === "this" ? i + 2 : end).map(({ id }) => id);
  });
}

/** The notebook with its cells of settings tagged. Nothing else of its text changes, the outputs least of all. */
export function withTags(notebook: string): string {
  return settingCells(notebook).reduce(
    (file, id) =>
      file.replace(
        `   "id": "${id}",\n   "metadata": {},\n`,
        `   "id": "${id}",\n   "metadata": {\n    "tags": [\n     "parameters"\n    ]\n   },\n`,
      ),
    notebook,
  );
}

if (import.meta.main) {
  const folder = `${repositoryRoot}notebooks/`;
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".ipynb")) continue;
    const file = Deno.readTextFileSync(folder + name);
    if (withTags(file) !== file) Deno.writeTextFileSync(folder + name, withTags(file));
  }
}
