/** Writes an audit's report in the forms that are asked for. */
import { replaceFile } from "../disk/mod.ts";
import type { AuditRecord } from "../experiments/mod.ts";
import { loadSharpForDrawings } from "../images/mod.ts";
import { worthALook } from "./csv.ts";
import { evidenceChart } from "./chart.ts";
import { auditPage } from "./html.ts";
import { reportOf } from "./json.ts";
import { pairTitle } from "./text.ts";

/** Paths of the files that are wanted; `-` as `json` is standard output. */
export interface ReportFiles {
  report?: string;
  json?: string;
  csv?: string;
  png?: string;
}

/**
 * Writes each file whole or not at all.
 *
 * @returns the paths that were written
 * @throws {Error} for a path that cannot be written, and for a picture of what was not tested
 */
export async function writeReports(
  record: AuditRecord,
  again: AuditRecord | undefined,
  { report, json, csv, png }: ReportFiles,
): Promise<string[]> {
  const written: string[] = [];
  const write = async (path: string, content: string | Uint8Array) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await replaceFile(path, (temporary) => Deno.writeFile(temporary, bytes));
    written.push(path);
  };
  if (json !== undefined) {
    const text = JSON.stringify(reportOf(record, again), null, 2) + "\n";
    if (json === "-") console.log(text.trimEnd());
    else await write(json, text);
  }
  if (report !== undefined) await write(report, await auditPage(record, again));
  if (csv !== undefined) await write(csv, worthALook(record));
  if (png !== undefined) await write(png, await evidencePng(record));
  return written;
}

/** The drawing of the evidence of the first pair that was tested. */
async function evidencePng({ result }: AuditRecord): Promise<Uint8Array> {
  const pair = result.pairs.find(({ tests }) => tests.length > 0);
  if (!pair) throw new Error("No picture: no two of the datasets have enough images to be tested.");
  const svg = evidenceChart(pair, `${pairTitle(pair, result)}: ${pair.verdict}`);
  const sharp = await loadSharpForDrawings();
  const drawing = sharp(new TextEncoder().encode(svg), { density: 144 });
  return new Uint8Array(await drawing.png().toBuffer());
}
