/** The evidence of an audit as a drawing. */
import { evidenceOf } from "../evidence/mod.ts";
import { type AuditPair, isFound } from "../experiments/mod.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import { formatPercent } from "../stats/mod.ts";

const FOUND = "#D55E00", OTHER = "#767676", INK = "#222222";

/** Sizes of the drawing of the evidence, px. */
const CHART = { width: 640, left: 190, right: 70, top: 34, line: 26 };

/** The area of each kind of evidence with its interval; chance is a line. */
export function evidenceChart({ tests }: AuditPair, title: string): string {
  const { width, left, right, top, line } = CHART;
  const low = Math.min(0.5, ...tests.map(({ area }) => area.low));
  const floor = Math.floor(low * 10) / 10;
  const x = (share: number) => left + (width - left - right) * (share - floor) / (1 - floor);
  const height = top + tests.length * line + 34;
  const bottom = height - 34;
  const ticks = Array.from({ length: Math.round((1 - floor) * 10) + 1 }, (_, i) => floor + i / 10);
  const rows = tests.map((test, i) => {
    const y = top + (i + 0.5) * line;
    const { area, evidence } = test;
    const color = isFound(test) ? FOUND : OTHER;
    return `<text x="${left - 10}" y="${y + 4}" text-anchor="end">${
      escapeMarkup(evidenceOf(evidence).title)
    }</text>` +
      `<line x1="${x(area.low)}" x2="${
        x(area.high)
      }" y1="${y}" y2="${y}" stroke="${color}" stroke-width="3"/>` +
      `<circle cx="${x(area.value)}" cy="${y}" r="5" fill="${color}"/>` +
      `<text x="${width - right + 10}" y="${y + 4}">${formatPercent(area.value)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `role="img" font-family="sans-serif" font-size="13" fill="${INK}"><title>${escapeMarkup(title)}</title>` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>` +
    `<text x="${left}" y="18" font-weight="bold">${escapeMarkup(title)}</text>` +
    ticks.map((tick) =>
      `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}" stroke="${
        Math.abs(tick - 0.5) < 0.01 ? INK : "#dddddd"
      }"/><text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${Math.round(100 * tick)}%</text>`
    ).join("") +
    rows.join("") +
    `<text x="10" y="${height - 3}" font-size="11">pairs of images named rightly; 50% is chance; ` +
    `orange: told apart at 5%, corrected</text></svg>`;
}
