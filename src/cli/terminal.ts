/** Tables for a terminal. */

/** Splits a text into lines of at most `width` characters, at spaces where there are any. */
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
 * A header and rows as aligned columns; cells that are too wide are wrapped. `total` is
 * the width of the terminal.
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

/** Columns of the terminal, or of a page where output goes to a file. */
export function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 110;
}
