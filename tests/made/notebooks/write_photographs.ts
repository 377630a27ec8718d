/**
 * Writes `notebooks/results/photographs.json`, a section of the results page: every three of some collections
 * of photographs told apart as notebook 01 tells icon libraries apart, beside trivial learners on the same
 * images. Photographs are no part of the project: `NTD_MANIFESTS` names a folder with manifests that point to
 * them. What has a record is read back.
 *
 *     NTD_MANIFESTS=… deno run -A tests/made/notebooks/write_photographs.ts NAME,NAME,NAME,… 780 200
 */
import { baseline, combinations, resultsCode, sweep, trivialsOf } from "~/experiments/mod.ts";
import { formatDifference, rungsAmong, runsAmong } from "~/paper/mod.ts";
import { formatPercent, formatProportion } from "~/stats/mod.ts";
import { writeSection } from "./results_page.ts";

const [names, images, held] = Deno.args;
if (!held) throw new Error("Name the collections, and how many training and validation images of each.");
const [imagesPerDataset, validationPerDataset] = [images, held].map(Number);
const rows = [];
for (const datasets of combinations(names.split(","), 3)) {
  const experiment = baseline({ preset: "laptop", datasets, imagesPerDataset, validationPerDataset });
  const records = await sweep([experiment, ...trivialsOf(experiment)]);
  const [run] = runsAmong(records);
  const best = rungsAmong(records)([run]).at(0)!;
  const { accuracy, training } = run.result;
  rows.push([
    datasets.join(" + "),
    formatProportion(accuracy),
    formatPercent(training.value),
    `${formatProportion(best.accuracy)}, ${best.learner}`,
    formatDifference(best.margin),
  ]);
  console.error(rows.at(-1)!.join("  "));
}
writeSection("photographs", {
  title: "Photographs",
  text: `Every three of ${names.split(",").length} public collections of photographs, in place of the icon ` +
    `libraries: ${imagesPerDataset} training and ${validationPerDataset} validation photographs of each, chance ` +
    "33.3%, seed 0, the network and recipe of notebook 01. They are stored with a shorter side of at most 144 px " +
    "by one encoder, become pools of 64 px, and are seen as the preset has it. The collections are no part of " +
    "this project; `NTD_MANIFESTS` names a folder with manifests that point to them. Some have signatures of " +
    "their own from before: flickr8k was squashed to a square, others have a native size of 150 or 400 px.",
  command: `deno run -A tests/made/notebooks/write_photographs.ts ${Deno.args.join(" ")}`,
  code: resultsCode(),
  columns: ["collections", "accuracy", "on training images", "best trivial learner", "above it"],
  rows,
});
