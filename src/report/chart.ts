/** The evidence of an audit as a drawing. */
import { textWidth } from "../figures/mod.ts";
import { evidenceOf } from "../evidence/mod.ts";
import { type AuditPair, isFound } from "../experiments/mod.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import { formatPercent } from "../stats/mod.ts";

const FOUND = "#D55E00", OTHER = "#767676", INK = "#222222";

/** Size of letters, px. */
const SIZE = 13;

/** Sizes of the drawing of the evidence, px: narrow, so that a phone shows all of it in letters of 9 px. */
const CHART = { width: 520, left: 150, right: 60, top: 34, line: 26 };

/** Ticks that have room for a label each; of more, every other has one, also that of chance. */
const LABELS = 7;

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
    `role="img" font-family="sans-serif" font-size="${SIZE}" fill="${INK}"><title>${
      escapeMarkup(title)
    }</title>` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>` +
    `<text x="10" y="18" font-weight="bold">${escapeMarkup(onOneLine(title, width - 20))}</text>` +
    ticks.map((tick) => {
      const tenths = Math.round(10 * tick);
      const label = ticks.length <= LABELS || tenths % 2 === 1 ? `${10 * tenths}%` : "";
      return `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}" stroke="${
        tenths === 5 ? INK : "#dddddd"
      }"/><text x="${x(tick)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
    }).join("") +
    rows.join("") +
    `<text x="10" y="${height - 3}" font-size="11">pairs of images named rightly; 50% is chance; ` +
    `orange: told apart at 5%, corrected</text></svg>`;
}

/** As much of a title as `width` px have room for; the drawing's `<title>` has all of it. */
function onOneLine(title: string, width: number): string {
  const fits = (text: string) => textWidth(text, SIZE, true) <= width;
  if (fits(title)) return title;
  const letters = [...title];
  while (!fits(`${letters.join("")}…`)) letters.pop();
  return `${letters.join("")}…`;
}
