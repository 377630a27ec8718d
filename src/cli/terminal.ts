/** Tables and paragraphs for a terminal, its width, and how often it is told of progress. */

/** Splits a text into lines of at most `width` characters, 1 or more, at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).flatMap((word) => chunks(word, width))) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

function chunks(word: string, width: number): string[] {
  return word.match(new RegExp(`.{1,${width}}`, "gu")) ?? [""];
}

/** Takes from the widest columns until the table fits. */
function fit(widths: number[], total: number): number[] {
  const fitted = [...widths];
  const gaps = 2 * (fitted.length - 1);
  while (fitted.reduce((a, b) => a + b, gaps) > total) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest] <= 8) break;
    fitted[widest]--;
  }
  return fitted;
}

/**
 * A header and rows as aligned columns; cells that are too wide are wrapped.
 *
 * @param total width of the terminal, characters
 */
export function textTable(header: string[], rows: readonly string[][], total: number): string {
  const natural = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const widths = fit(natural, total);
  const draw = (row: readonly string[]) => {
    const cells = row.map((cell, i) => wrap(cell, widths[i]));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from(
      { length: height },
      (_, at) => cells.map((lines, i) => (lines[at] ?? "").padEnd(widths[i])).join("  ").trimEnd(),
    ).join("\n");
  };
  return [draw(header), draw(widths.map((width) => "─".repeat(width))), ...rows.map(draw)].join("\n");
}

/** Columns of a page, where output goes to no terminal, or to one that does not say how wide it is. */
const PAGE = 110;

/** Columns that output has room for, 1 or more. Pseudo-terminals of continuous integration say 0. */
export function terminalWidth(
  columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined,
): number {
  return columns || PAGE;
}

/** A question: is another tenth of some work done than when it was last asked? */
export function everyTenth(): (done: number, total: number) => boolean {
  let told = 0;
  return (done, total) => {
    const tenths = Math.floor(10 * done / Math.max(1, total));
    if (tenths === told) return false;
    told = tenths;
    return true;
  };
}
