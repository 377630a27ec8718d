import assert from "node:assert/strict";
import { evidenceClaims } from "../../src/chapters/evidence/claims.ts";
import { evidenceFigure } from "../../src/chapters/evidence/figure.ts";
import { evidenceFinding } from "../../src/chapters/evidence/findings.ts";
import { toldBy } from "../../src/chapters/evidence/records.ts";
import { evidenceKinds } from "../../src/evidence/mod.ts";
import type { AuditRecord } from "../../src/experiments/mod.ts";
import { testClaims, zeng } from "../../src/paper/mod.ts";
import { named } from "../made/figures/traces.ts";
import { auditRecord } from "../made/paper/audit_records.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

const ICONS = ["tabler", "phosphor", "mdi"];
const HALVES = ["tabler#1/2", "tabler#2/2"];

/** In the order of Zeng et al.'s numbers, and a control at chance. */
const LIKE_THEIRS = { "all-pixels": 0.82, "patch-shuffle-random": 0.8, "pixel-shuffle-random": 0.6 };
const control = auditRecord(HALVES, { other: 0.5 });
const holds = [auditRecord(ICONS, LIKE_THEIRS), control];

const outcome = (id: string, records: AuditRecord[]) => outcomeOf(evidenceClaims, id, records);
const verdict = (id: string, records: AuditRecord[]) => outcome(id, records).verdict;

Deno.test("evidence claims: all hold where the numbers are like Zeng et al.'s and halves are at chance", () => {
  const tested = testClaims(evidenceClaims, holds);
  assert.deepEqual(tested.map(({ id, verdict }) => `${id}: ${verdict}`), [
    "colors-alone: holds",
    "edges-alone: holds",
    "silhouettes-alone: holds",
    "pixel-shuffle-costs: holds",
    "patch-shuffle-keeps: holds",
    "halves-by-nothing: holds",
  ]);
  for (const claim of tested) assert.ok(claim.ours && claim.reason && claim.source && claim.paper);
});

Deno.test("evidence claims: nothing is shown without audits", () => {
  for (const { verdict, reason } of testClaims(evidenceClaims, [])) {
    assert.equal(verdict, "not shown at this scale");
    assert.match(reason, /no audit of (datasets|halves) .*is among the records/);
  }
});

Deno.test("one kind alone: refuted by one pair at chance, not shown by few images", () => {
  for (
    const [id, name] of [["colors-alone", "color-histogram"], ["edges-alone", "canny"], [
      "silhouettes-alone",
      "silhouettes",
    ]]
  ) {
    const one = [{}, { [name]: 0.5 }, {}];
    assert.equal(verdict(id, [auditRecord(ICONS, one)]), "does not hold");
    assert.match(
      outcome(id, [auditRecord(ICONS, one)]).ours,
      /70\.0% \(tabler against phosphor\), 50\.0% \(tabler against mdi\)/,
    );
    assert.equal(verdict(id, [auditRecord(ICONS, { [name]: 0.55 }, 20)]), "not shown at this scale");
    assert.equal(verdict(id, [auditRecord(ICONS, { other: 0.5, [name]: 0.6 })]), "holds");
  }
});

Deno.test("shuffled pixels: every pair has to lose, one that gains refutes", () => {
  const gains = [LIKE_THEIRS, LIKE_THEIRS, { ...LIKE_THEIRS, "pixel-shuffle-random": 0.9 }];
  assert.equal(verdict("pixel-shuffle-costs", [auditRecord(ICONS, gains)]), "does not hold");
  const equal = gains.with(2, { ...LIKE_THEIRS, "pixel-shuffle-random": 0.82 });
  assert.equal(verdict("pixel-shuffle-costs", [auditRecord(ICONS, equal)]), "not shown at this scale");
});

Deno.test("shuffled patches: at least half of the margin, of pairs that are told apart at all", () => {
  const kept = (share: number) =>
    auditRecord(ICONS, { ...LIKE_THEIRS, "patch-shuffle-random": 0.5 + 0.32 * share });
  assert.equal(verdict("patch-shuffle-keeps", [kept(0.75)]), "holds");
  assert.equal(verdict("patch-shuffle-keeps", [kept(0.5)]), "not shown at this scale");
  assert.equal(verdict("patch-shuffle-keeps", [kept(0.25)]), "does not hold");
  assert.match(
    outcome("patch-shuffle-keeps", [kept(0.75)]).reason,
    /left are 75% \(tabler against phosphor\)/,
  );
  const unable = [auditRecord(ICONS, { "all-pixels": 0.5, "patch-shuffle-random": 0.5 })];
  assert.equal(verdict("patch-shuffle-keeps", unable), "not shown at this scale");
  assert.match(
    outcome("patch-shuffle-keeps", unable).reason,
    /all pixels do not tell apart tabler against phosphor/,
  );
});

Deno.test("halves: one kind that tells them apart refutes, and few images show nothing", () => {
  assert.equal(
    verdict("halves-by-nothing", [auditRecord(HALVES, { other: 0.5, hog: 0.6 })]),
    "does not hold",
  );
  assert.match(
    outcome("halves-by-nothing", [auditRecord(HALVES, { other: 0.5, hog: 0.6 })]).ours,
    /60\.0% .* by HOG/,
  );
  assert.equal(
    verdict("halves-by-nothing", [auditRecord(HALVES, { other: 0.5 }, 30)]),
    "not shown at this scale",
  );
  assert.equal(verdict("halves-by-nothing", [auditRecord(ICONS, { other: 0.5 })]), "not shown at this scale");
});

Deno.test("halves are told from datasets by their source, and kinds come in the order of their list", () => {
  const told = toldBy(holds, "datasets");
  assert.deepEqual([...new Set(told.map(({ pair }) => pair))], [
    "tabler against phosphor",
    "tabler against mdi",
    "phosphor against mdi",
  ]);
  const order = evidenceKinds.map(({ name }) => name as string).filter((name) => name !== "file-header");
  assert.deepEqual([...new Set(told.map(({ evidence }) => evidence as string))], order);
  assert.ok(toldBy(holds, "halves").every(({ pair }) => pair === "tabler#1/2 against tabler#2/2"));
});

Deno.test("figure: a dot for each pair and kind, and every number of Zeng et al. in the row of its kind", () => {
  const figure = evidenceFigure(holds);
  const ours = named(figure, /^ours/);
  assert.deepEqual(ours.map(({ x }) => (x as number[]).length), [14, 14, 14]);
  assert.ok(ours.every(({ xaxis }) => xaxis === "x2"));
  const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
  const [theirs] = named(figure, /Zeng/);
  const at = Object.fromEntries(
    (theirs.y as number[]).map((row, i) => [ticktext[row], (theirs.x as number[])[i]]),
  );
  const percent = (name: string) => zeng.rows.find((row) => row.name === name)!.percent;
  assert.equal(at["all pixels"], percent("original"));
  assert.equal(at["HOG"], percent("HOG"));
  assert.equal(at["pixel shuffle, random"], percent("pixel shuffle, random"));
  assert.equal(at["bag of visual words"], percent("SIFT"));
  assert.equal(Object.keys(at).length, 12);
  const [none] = named(figure, /Saleknia/);
  assert.deepEqual([none.x, (none.y as number[]).map((row) => ticktext[row])], [
    [84, 87],
    Array(2).fill("images without content"),
  ]);
  assert.deepEqual(named(figure, /^chance/).map(({ name }) => name), [
    "chance of three, 33.3%",
    "chance of two, 50.0%",
  ]);
  assert.equal(named(evidenceFigure(holds, "halves"), /Zeng|Saleknia/).length, 0);
});

Deno.test("findings: how many kinds suffice, the least and the best of them, and those that never do", () => {
  const records = [auditRecord(ICONS, { "all-pixels": 0.9, "mean-color": 0.6, silhouettes: 0.5 }), control];
  assert.match(
    evidenceFinding(records),
    /^13 of 14 kinds of evidence tell all 3 pairs apart.*least accurate of them is mean colour, at 60\.0%.*most accurate all pixels, at 90\.0%.*No pair is told apart by silhouettes\.$/,
  );
  assert.match(evidenceFinding(records, "halves"), /^0 of 14 kinds of evidence tell the pair apart/);
  assert.equal(evidenceFinding([]), "No audit was run.");
});
