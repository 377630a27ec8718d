/**
 * Writes `notebooks/results/photographs_evidence.json`, a section of the results page: every two of some
 * collections of photographs audited as notebook 12 audits icon libraries, one kind of evidence at a time, and
 * random halves of the first as the control. Photographs are no part of the project: `NTD_MANIFESTS` names a
 * folder with manifests that point to them. What has a record is read back.
 *
 *     NTD_MANIFESTS=… deno run -A tests/made/notebooks/write_photographs_evidence.ts NAME,NAME,… 400
 */
import { evidenceKinds } from "~/evidence/mod.ts";
import { audit, type AuditTest, isFound, resultsCode, sweep } from "~/experiments/mod.ts";
import { writeSection } from "./results_page.ts";

const [names, images] = Deno.args;
if (!images) throw new Error("Name the collections, and how many photographs of each.");
const datasets = names.split(",");
const [first] = datasets;
const experiments = [datasets, [`${first}#1/2`, `${first}#2/2`]].map((datasets) =>
  audit({ preset: "laptop", datasets, imagesPerDataset: Number(images) })
);
const records = await sweep(experiments, {
  onProgress: ({ finding }) => finding !== undefined && console.error(finding),
});
const pairs = records.flatMap(({ result }) =>
  result.pairs.map(({ datasets: places, tests }) => ({
    title: places.map((d) => result.datasets[d].name).join(" / "),
    tests,
  }))
);
const cell = (test?: AuditTest) => {
  if (!test) return "–";
  const [value, low, high] = Object.values(test.accuracy).map((share) => (100 * share).toFixed(1));
  return `${value} [${low}, ${high}]${isFound(test) ? "" : " ○"}`;
};
writeSection("photographs_evidence", {
  title: "Photographs: what gives them away",
  text:
    `Every two of ${datasets.length} public collections of photographs, ${images} of each, audited by one kind ` +
    "of evidence at a time as in notebook 12: accuracy on held-out photographs in percent with its 95% interval, " +
    "chance 50. A circle stands where they are not told apart at 5%, corrected for all tests of the audit. The last " +
    "column is the control: random halves of the first collection. All photographs are stored with a shorter side " +
    "of at most 144 px by one encoder, so that a file's header has sizes and proportions alone; what resizing to " +
    "that left behind is in the spectrum. The collections are no part of this project; `NTD_MANIFESTS` names a " +
    "folder with manifests that point to them.",
  command: `deno run -A tests/made/notebooks/write_photographs_evidence.ts ${Deno.args.join(" ")}`,
  code: resultsCode(),
  columns: ["evidence", ...pairs.map(({ title }) => title)],
  rows: evidenceKinds.map(({ name, title }) => [
    title,
    ...pairs.map(({ tests }) => cell(tests.find(({ evidence }) => evidence === name))),
  ]),
});
Deno.exit();
