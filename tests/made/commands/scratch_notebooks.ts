/** Tiny notebooks in a folder of their own, for tests of whole commands. */
import { join } from "node:path";
import { environment } from "../environment.ts";

/** A notebook file on our kernel, a code cell for each source. */
export function notebookOf(sources: readonly string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: {
        name: "name-that-dataset",
        display_name: "Deno (Name That Dataset)",
        language: "typescript",
      },
    },
    cells: sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  });
}

/** Notebooks and a place for records; both go when the scope ends. `NTD_RUNS` names the place until then. */
export async function scratchNotebooks(notebooks: Record<string, readonly string[]>) {
  const root = await Deno.makeTempDir();
  const [folder, runs] = [join(root, "notebooks"), join(root, "runs")];
  await Deno.mkdir(folder);
  for (const [name, sources] of Object.entries(notebooks)) {
    await Deno.writeTextFile(join(folder, name), notebookOf(sources));
  }
  const variables = environment({ NTD_RUNS: runs });
  return {
    notebooks: folder,
    runs,
    async [Symbol.asyncDispose]() {
      variables[Symbol.dispose]();
      await Deno.remove(root, { recursive: true });
    },
  };
}
