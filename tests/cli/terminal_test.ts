import assert from "node:assert/strict";
import fc from "fast-check";
import { everyTenth, terminalWidth, textTable, wrap } from "../../src/cli/terminal.ts";

Deno.test("wrapping keeps every word and no line is too wide", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z0-9.%]{1,30}$/)),
      fc.integer({ min: 1, max: 40 }),
      (words, width) => {
        const lines = wrap(words.join(" "), width);
        assert.ok(lines.every((line) => line.length <= width));
        assert.equal(lines.join("").replaceAll(" ", ""), words.join(""));
      },
    ),
  );
});

Deno.test("columns are aligned and what is too wide for the terminal is wrapped", () => {
  const rows = [["a claim that is long enough to be wrapped", "84.7%"], ["short", "–"]];
  const lines = textTable(["claim", "ours"], rows, 30).split("\n");
  assert.ok(lines.every((line) => line.length <= 30));
  assert.equal(lines[0], "claim                    ours");
  assert.ok(lines.some((line) => line.startsWith("short")));
});

Deno.test("a table with room is not wrapped", () => {
  assert.equal(textTable(["a", "b"], [["1", "22"]], Infinity), "a  b\n─  ──\n1  22");
});

Deno.test("a terminal that does not say how wide it is counts as a page", () => {
  assert.deepEqual([0, 80].map((columns) => terminalWidth(columns)), [110, 80]);
});

Deno.test("progress is told at every tenth, and again where work begins anew", () => {
  const isTenth = everyTenth();
  const told = Array.from({ length: 41 }, (_, done) => done).filter((done) => isTenth(done, 40));
  assert.deepEqual(told, [4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  assert.deepEqual([0, 3, 4].map((done) => isTenth(done, 40)), [true, false, true]);
  assert.equal(everyTenth()(0, 0), false);
});
