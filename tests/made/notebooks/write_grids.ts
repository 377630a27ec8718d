/**
 * Writes `notebooks/results/grids.json`, a section of the results page: what grids and margins gave away.
 *
 *     deno task bench grids --json > grids.json
 *     deno run -A tests/made/notebooks/write_grids.ts grids.json VERSION
 *
 * VERSION: of the code that trained, as `resultsCode` gives it. Default: this checkout's.
 */
import type { benchGrids } from "~/bench/grids.ts";
import { resultsCode } from "~/experiments/mod.ts";
import { writeSection } from "./results_page.ts";

const [file, code = resultsCode()] = Deno.args;
if (!file) throw new Error("Name the file with what `deno task bench grids --json` prints.");

type Row = Awaited<ReturnType<typeof benchGrids>>[number];

const text = Deno.readTextFileSync(file);
const { grids }: { grids: Row[] } = JSON.parse(text.slice(text.indexOf("{")));
const mean = (of: (row: Row) => number) => grids.reduce((sum, row) => sum + of(row), 0) / grids.length;
const above80 = (of: (row: Row) => string) => grids.filter((row) => parseFloat(of(row)) > 80).length;
writeSection("grids", {
  title: "Fair icons, and icons on their grids",
  text:
    "Every three icon libraries, seed 0: each icon at a scale and a place of its own, as all notebooks have them, " +
    "beside the same libraries drawn on their grids. What the second has more is what grids and margins give away: " +
    `${mean((row) => row.difference).toFixed(1)} points in the mean for the network, ` +
    `${mean((row) => row.on_grids_trivial - row.fair_trivial).toFixed(1)} for the best trivial learner. ` +
    `${above80((row) => row.fair)} and ${above80((row) => row.on_grids)} of ${grids.length} are above 80%.`,
  command: "deno task bench grids",
  code,
  columns: [
    "libraries",
    "fair",
    "best trivial learner",
    "on grids",
    "best trivial learner there",
    "points more",
  ],
  rows: grids.map((row) => [
    row.datasets,
    row.fair,
    `${row.fair_trivial.toFixed(1)}%`,
    row.on_grids,
    `${row.on_grids_trivial.toFixed(1)}%`,
    row.difference.toFixed(1),
  ]),
});
