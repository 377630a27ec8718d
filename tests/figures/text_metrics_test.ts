import assert from "node:assert/strict";
import { textWidth } from "../../src/figures/text_metrics.ts";

Deno.test("textWidth: Helvetica's own advance widths", () => {
  assert.equal(textWidth("AV", 1000), 667 + 667);
  assert.equal(textWidth("0123456789", 10), 55.6);
  assert.equal(textWidth("", 12), 0);
  assert.ok(textWidth("accuracy", 12, true) > textWidth("accuracy", 12));
});

Deno.test("textWidth: Chinese, Japanese and Korean letters and emoji fill their squares", () => {
  for (const letter of ["数", "あ", "カ", "한", "、"]) assert.equal(textWidth(letter, 10), 10, letter);
  assert.ok(textWidth("🙂", 10) >= 10);
  assert.equal(textWidth("Ж", 1000), 778);
});
