import assert from "node:assert/strict";
import { NotebookProgress } from "~/cli/notebook_progress.ts";

Deno.test("a line a cell; on a terminal the notebook's progress is cut to one line and cleared", () => {
  const lines: string[] = [];
  let written = "";
  const terminal = { columns: 20, write: (text: string) => void (written += text) };
  const progress = new NotebookProgress("01_x.ipynb", (line) => lines.push(line), terminal);
  progress.show({ event: "cell", cell: 1, of: 2, source: "await train()\nmore" });
  progress.show({ event: "progress", text: "step 3 of 10\nloss 0.5 and much more" });
  progress.show({ event: "failed", cell: 2, of: 2, source: "x", name: "Error", reason: "boom" });
  progress.end();
  assert.match(lines[0], /^01_x\.ipynb {2}cell 1\/2 {2}\d+ s {2}await train\(\)$/);
  assert.match(lines[1], /cell 2\/2 {2}failed: Error: boom/);
  assert.equal(written, "\r\x1b[2K01  step 3 of 10  l\r\x1b[2K");
});
