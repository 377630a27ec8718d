/** What the matrix of cross-dataset generalisation shows, in sentences. */
import type { ProbeRecord } from "../../experiments/mod.ts";
import { inSentences, orderInWords } from "../../paper/mod.ts";
import { formatPercent } from "../../stats/mod.ts";
import { generalisationOf, ownAdvantage, rowsOf } from "./records.ts";

/**
 * Whether networks are better at home, by the 95% interval of their advantage, and what the rows lose
 * elsewhere.
 */
export function crossDatasetFinding(records: readonly ProbeRecord[]): string {
  const found = generalisationOf(records);
  if (!found) return inSentences("a network of each dataset, for the same seeds, was not run");
  const advantage = ownAdvantage(found, found.datasets);
  const rows = rowsOf(found).toSorted((a, b) => a.drop - b.drop);
  const [least, most] = [rows[0], rows[rows.length - 1]];
  const mean = (field: "self" | "others") =>
    formatPercent(rows.reduce((sum, row) => sum + row[field], 0) / rows.length);
  return inSentences(
    `on the same ${advantage.n} images ${
      orderInWords("a dataset's own network", advantage, "those of the others")
    }`,
    `accuracy is ${mean("self")} at home and ${mean("others")} elsewhere (chance ${
      formatPercent(found.chance)
    })`,
    `what is lost elsewhere goes from ${Math.round(100 * least.drop)}% (${least.trainedOn}) to ${
      Math.round(100 * most.drop)
    }% (${most.trainedOn})`,
  );
}
