/**
 * Writes `notebooks/results/photographs_claims.json`, a section of the results page: what the claims of some
 * notebooks come to on photographs. It reads executed copies; photographs are no part of the project, and no
 * picture of one is written.
 *
 *     NTD_MANIFESTS=… deno task reproduce --preset laptop --only 04,06 --data NAME,NAME,NAME --images 900 …
 *     deno run -A tests/made/notebooks/write_photographs_claims.ts runs/notebooks/laptop/04_data_size.ipynb …
 */
import { basename } from "node:path";
import { claimsOf, madeBy } from "~/cli/executed_notebook.ts";
import { writeSection } from "./results_page.ts";

if (Deno.args.length === 0) throw new Error("Name executed copies of notebooks.");
const copies = await Promise.all(Deno.args.map(async (path) => {
  const file = Deno.readTextFileSync(path);
  const made = madeBy(file);
  if (!made) throw new Error(`${path}: it does not say what made it; execute it by \`deno task reproduce\`.`);
  return { number: basename(path).slice(0, 2), made, claims: await claimsOf(file) };
}));
const [{ made }, ...others] = copies;
const sameAs = ({ preset, code, options }: typeof made) => JSON.stringify([preset, code, options]);
const other = others.find((copy) => sameAs(copy.made) !== sameAs(made));
if (other) {
  throw new Error(
    `Notebook ${other.number} was executed by other code or with other options than the first.`,
  );
}
const { NTD_DATASETS: datasets, NTD_IMAGES: images, NTD_VALIDATION: held } = made.options;
if (!datasets || !images || !held) throw new Error("Give --data, --images and --validation.");
writeSection("photographs_claims", {
  title: "The notebooks' claims on photographs",
  text: `Notebooks ${copies.map(({ number }) => number).join(", ")} as they are, at \`${made.preset}\`, on ` +
    `${
      datasets.split(",").join(", ")
    } in place of the icon libraries: at most ${images} training and ${held} ` +
    "validation photographs of each. The collections are those of the section Photographs.",
  command: `deno task reproduce --preset ${made.preset} --only ${
    copies.map(({ number }) => number).join(",")
  } ` +
    `--data ${datasets} --images ${images} --validation ${held}`,
  code: made.code,
  columns: ["notebook", "the paper", "its figure", "ours", "verdict", "why"],
  rows: copies.flatMap(({ number, claims }) =>
    claims.map(({ statement, source, paper, ours, verdict, reason }) => [
      number,
      `${statement} (${source})`,
      paper,
      ours,
      verdict,
      reason,
    ])
  ),
});
