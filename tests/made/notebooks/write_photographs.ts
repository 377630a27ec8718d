/**
 * Writes `notebooks/results/photographs.json`, a section of the results page, from copies of notebooks that
 * were executed on collections of photographs. Photographs are no part of the project: `NTD_MANIFESTS` names a
 * folder with manifests that point to them.
 *
 *     NTD_MANIFESTS=… deno task reproduce --only 01,04,05,06,07,08 --data NAME,NAME,NAME
 *     deno run -A tests/made/notebooks/write_photographs.ts runs/notebooks/laptop
 */
import { join } from "node:path";
import { claimsOf, type MadeBy, madeBy } from "~/cli/executed_notebook.ts";
import { repositoryRoot } from "~/disk/mod.ts";

const [folder] = Deno.args;
if (!folder) throw new Error("Name the folder of the executed copies, as runs/notebooks/laptop.");

const copies = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
  /^\d\d_.*\.ipynb$/.test(name)
)
  .sort().map((name) => ({ name, text: Deno.readTextFileSync(join(folder, name)) }))
  .flatMap(({ name, text }) => {
    const made = madeBy(text);
    return made?.options.NTD_DATASETS ? [{ name, text, made }] : [];
  });

/** What all copies must have in common. */
function common(field: (made: MadeBy) => string): string {
  const values = [...new Set(copies.map(({ made }) => field(made)))];
  if (values.length === 1) return values[0];
  throw new Error(
    `The copies in ${folder} differ, or are not of photographs: ${values.join(" and ") || "none"}.`,
  );
}

const data = common(({ options }) => options.NTD_DATASETS);
const flags = [["--images", "NTD_IMAGES"], ["--validation", "NTD_VALIDATION"]].flatMap(([flag, variable]) => {
  const value = common(({ options }) => options[variable] ?? "");
  return value ? [flag, value] : [];
});
const rows = await Promise.all(
  copies.map(async ({ name, text }) =>
    (await claimsOf(text)).map(({ statement, source, paper, ours, verdict }) => [
      name.replace(".ipynb", ""),
      `${statement} (${source})`,
      paper,
      ours,
      verdict,
    ])
  ),
);
const section = {
  title: "Photographs",
  text:
    `Public collections of photographs in place of the icon libraries: ${data.split(",").join(", ")}. They ` +
    "are stored with a shorter side of at most 144 px by one encoder, become pools of 64 px, and are seen as the " +
    "preset has it. The collections are no part of this project; `NTD_MANIFESTS` names a folder with manifests " +
    "that point to them. Some have signatures of their own from before: one was squashed to a square, others " +
    "have a native size of 150 or 400 px.",
  command: [
    "deno task reproduce --only",
    copies.map(({ name }) => name.slice(0, 2)).join(),
    "--data",
    data,
    ...flags,
  ]
    .join(" "),
  code: common(({ code }) => code),
  made: common(({ executedAt }) => executedAt),
  columns: ["notebook", "the paper", "its figure", "ours", "verdict"],
  rows: rows.flat(),
};
Deno.writeTextFileSync(
  `${repositoryRoot}notebooks/results/photographs.json`,
  `${JSON.stringify(section, null, 1)}\n`,
);
