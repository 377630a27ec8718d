/**
 * From the names of images to groups. Images of one group are versions of one drawing and go to one side of a
 * split together.
 */

/** Rules by which the group of an image follows from its key: the values of a manifest's `grouping`. */
export const GROUPING_RULES = ["icon-stem", "emoji-concept", "none"] as const;
type GroupingRule = typeof GROUPING_RULES[number];

/**
 * The group of an image. Images of different datasets are tied together when their groups are equal.
 *
 * - `icon-stem`: `dataset/stem`, the name without its variant endings: the six weights of Phosphor, `-fill`,
 *   `-outline`, `-off`, `-2`
 * - `emoji-concept`: what is shown, without the dataset's name, so that a concept is on one side for all
 *   vendors; skin tones, genders and the direction faced are one concept
 * - `none`: `dataset/key`, every image by itself
 */
export function groupOf(rule: GroupingRule, dataset: string, key: string): string {
  if (rule === "icon-stem") return `${dataset}/${iconStem(key)}`;
  if (rule === "emoji-concept") return emojiConcept(key);
  return `${dataset}/${key}`;
}

/**
 * Endings that mark a version of an icon. Numbers count ("chat-2") and so do crossed-out versions ("-off",
 * "-slash").
 */
const ICON_VARIANT = new RegExp(
  "-(fill(ed)?|outline[ds]?|lined?|bold|thin|light|duotone|solid|regular|off|slash|alt|variant|simple|small|medium|large|" +
    "sharp|rounded|dashed|dotted|thick|reference|usage|\\d{1,2})$",
);

function iconStem(name: string): string {
  const shorter = name.replace(ICON_VARIANT, "");
  return shorter === name ? name : iconStem(shorter);
}

const SKIN_TONE = /-(medium-light|medium-dark|light|medium|dark)-skin-tone|-tone-?\d/g;
/** Fluent writes `firefighter-medium-dark`; a traffic light and a police car light are no skin tones. */
const SHORT_SKIN_TONE = /(?<!traffic|car)-(medium-light|medium-dark|light|medium|dark)$/;
/** Twemoji writes `flag-for-flag-japan`, Emoji One `flag-for-japan`, the others `flag-japan`. */
const FLAG = /^flag-for-(flag-)?/;
const DIRECTION = /-facing-(right|left)/g;

/** Words that only say of which gender or age the person shown is. */
const ANY_PERSON = new Set(
  "man men mans woman women womans person persons people boy girl child adult male female".split(" "),
);
/** Words for one being by gender, by what takes their place. */
const SAME_BEING = new Map([
  ["merman", "mer"],
  ["mermaid", "mer"],
  ["merperson", "mer"],
  ["merpeople", "mer"],
  ["princess", "prince"],
  ["older", "old"],
]);

/** Written without hyphens, as Firefox OS has it. */
function emojiConcept(name: string): string {
  const flag = name.replace(FLAG, "flag-");
  const plain = flag.replace(SKIN_TONE, "").replace(DIRECTION, "").replace(SHORT_SKIN_TONE, "");
  const words = plain.split("-").filter((word) => !ANY_PERSON.has(word));
  return words.map((word) => SAME_BEING.get(word) ?? word).join("") || "person";
}
