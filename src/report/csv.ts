/** Images worth a look, as CSV. */
import { type AuditRecord, exemplarRows } from "../experiments/mod.ts";
import { csvCell } from "../records/mod.ts";

/** Images of a kind and a dataset that are listed for each pair. */
const EACH = 50;

/** What a spreadsheet would take for a formula begins with an apostrophe. */
function field(value: string | number): string {
  return csvCell(typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
}

/**
 * Lines of `folder,file,why,other folder,other file,score`: those that could not be read, those that are in
 * two folders, the most typical and the most confused.
 */
export function worthALook({ result }: AuditRecord): string {
  const { datasets, pairs } = result;
  const titles = datasets.map(({ title }) => title);
  const rows: (string | number)[][] = [["folder", "file", "why", "other folder", "other file", "score"]];
  for (const { title, unread } of datasets) {
    for (const { name, reason } of unread.first) rows.push([title, name, `not read: ${reason}`, "", "", ""]);
  }
  for (const pair of pairs) {
    const [a, b] = pair.datasets.map((d) => titles[d]);
    for (const { names, equal } of pair.twins.first) {
      rows.push([a, names[0], equal ? "the same file" : "looks the same", b, names[1], ""]);
    }
    for (const { dataset, kind, images } of exemplarRows(pair, result, EACH)) {
      const other = titles[pair.datasets.find((d) => d !== dataset)!];
      const wanted = kind === "typical" ? images : images.filter(({ score }) => score < 0);
      for (const { name, score } of wanted) {
        rows.push([
          titles[dataset],
          name,
          kind === "typical" ? "typical" : "taken for the other",
          other,
          "",
          score,
        ]);
      }
    }
  }
  return rows.map((row) => row.map(field).join(",") + "\r\n").join("");
}
