/** What an audit found, in words. */
import { printable } from "../../../data/mod.ts";
import { evidenceOf } from "../../../evidence/mod.ts";
import { formatPercent } from "../../../stats/mod.ts";
import { type AuditPair, type AuditResult, type AuditTest, isFound, LEAST_GROUPS } from "./schema.ts";

/** Areas at which a difference of normal scores is small, medium and large (Cohen's d of 0.2, 0.5, 0.8). */
const SMALL = 0.556, MEDIUM = 0.638, LARGE = 0.714;

/** How large an area is, in a word. */
function sizeOf(area: number): string {
  if (area >= 0.995) return "complete";
  if (area >= LARGE) return "large";
  if (area >= MEDIUM) return "medium";
  return area >= SMALL ? "small" : "very small";
}

/** "Of 100 pairs of images, one of each, 87 (83 to 90) are named rightly: a large difference." */
export function effectInWords({ area }: Pick<AuditTest, "area">): string {
  const [value, low, high] = [area.value, area.low, area.high].map((share) => (100 * share).toFixed(0));
  return `Of 100 pairs of images, one of each, ${value} (${low} to ${high}) are named rightly: ` +
    `a ${sizeOf(area.value)} difference.`;
}

/** What a p-value is printed as. */
export function pText(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** The headline of a pair in a sentence or two, on one line. */
export function headlineInWords(pair: AuditPair, { datasets }: Pick<AuditResult, "datasets">): string {
  const [a, b] = pair.datasets.map((d) => ({ ...datasets[d], title: printable(datasets[d].title) }));
  const names = `${a.title} and ${b.title}`;
  if (pair.verdict === "too few to tell") {
    const few = a.groups < LEAST_GROUPS ? a : b;
    return `${names}: too few to tell. ${few.title} has ${counted(few.images, "image")}` +
      (few.groups < few.images ? ` in ${counted(few.groups, "group")}` : "") +
      `; ${LEAST_GROUPS} that do not belong together are the least.`;
  }
  const [test] = pair.tests;
  const seen = evidenceOf(test.evidence).title;
  const p = `p ${test.p < 0.001 ? "" : "= "}${pText(test.p)}, corrected ${pText(test.adjusted)}`;
  if (isFound(test)) return `${names} are told apart by ${seen} (${p}). ${effectInWords(test)}`;
  if (pair.verdict === "told apart") return `${names} are told apart, but not by ${seen} (${p}).`;
  const { count } = pair.twins;
  const both = count >= Math.max(a.images, b.images)
    ? " All images are in both."
    : ` ${counted(count, "pair")} of images ${count === 1 ? "is" : "are"} in both.`;
  const seeable = (100 * test.visible).toFixed(0);
  return `${names} are not told apart by ${seen} (${p})${
    test.visible > 0.5 // where every deal is alike nothing could be found
      ? `; a difference of ${seeable} in 100 pairs would have been found in 8 of 10 audits of as many images`
      : ""
  }.${count > 0 ? both : ""}`;
}

const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** Kinds of evidence that alone suffice, from the least: what their subjects are called. */
const SUBJECTS = [
  ["file", "file headers alone"],
  ["compression", "fine detail alone, as resizing, compression or a way of drawing leave it"],
  ["colour", "colours alone"],
  ["texture", "texture, without the arrangement of the picture"],
  ["shape", "shapes, without colours"],
  ["content", "whole pictures"],
] as const;

/** What gives a pair away: the least that suffices, and whether more helps. */
export function conclusionInWords({ tests, verdict }: AuditPair): string {
  if (verdict === "too few to tell") return "Too few images to say what gives them away.";
  const found = tests.filter(isFound);
  if (found.length === 0) return "Nothing that was looked at tells them apart.";
  const best = found.reduce((a, b) => b.area.value > a.area.value ? b : a);
  const parts = SUBJECTS.flatMap(([about, called]) => {
    const [strongest] = found.filter(({ evidence }) => evidenceOf(evidence).about === about)
      .sort((a, b) => b.area.value - a.area.value);
    return strongest ? [{ called, strongest }] : [];
  });
  const [least, ...more] = parts;
  const share = ({ strongest }: typeof least) =>
    `${evidenceOf(strongest.evidence).title}: ${formatPercent(strongest.area.value)} of pairs`;
  const first = least.called === "whole pictures"
    ? `It needs content: nothing less than whole pictures tells them apart (${share(least)}).`
    : `They are told apart by ${least.called} (${share(least)}).`;
  const gains = more.filter(({ strongest }) => strongest.area.low > least.strongest.area.high);
  if (gains.length === 0) {
    return more.length > 0 ? `${first} Nothing else tells them apart more surely.` : first;
  }
  return `${first} More surely by ${gains.map((part) => `${part.called} (${share(part)})`).join("; ")}.` +
    (best.area.value >= 0.995 ? " No image is mistaken then, or hardly any." : "");
}
