/**
 * Widths of text in Helvetica, Arial and Liberation Sans, which share their metrics (Adobe's Helvetica AFM),
 * in thousandths of the font size. For laying out figures where no browser measures text.
 */
const ADVANCES: Record<number, string> = {
  191: "'",
  222: "ijl’",
  260: "|",
  278: " !,./:;I[\\]ft",
  333: "()-`r",
  334: "{}",
  355: '"',
  389: "*",
  469: "^",
  500: "Jcksvxyz",
  556: "#$0123456789?L_abdeghnopqu–",
  584: "+<=>~−×±",
  611: "FTZ",
  667: "&ABEKPSVXY",
  722: "CDHNRUw",
  778: "GOQ",
  833: "Mm",
  889: "%",
  944: "W",
  1000: "…",
  1015: "@",
};

const WIDTHS = new Map(
  Object.entries(ADVANCES).flatMap(([width, letters]) =>
    [...letters].map((letter) => [letter, Number(width)])
  ),
);

/**
 * Width of a letter that the table lacks: Helvetica's capitals of accented and other alphabets are not wider.
 */
const UNKNOWN = 778;

/** Width of a letter that fills its square, as in Chinese, Japanese and Korean, and of an emoji, at most. */
const SQUARE = { letter: 1000, emoji: 1250 };
const SQUARE_LETTER =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u;

function letterWidth(letter: string): number {
  const known = WIDTHS.get(letter);
  if (known !== undefined) return known;
  if (/\p{Emoji_Presentation}/u.test(letter)) return SQUARE.emoji;
  return SQUARE_LETTER.test(letter) ? SQUARE.letter : UNKNOWN;
}

/** Bold letters are wider by this much at most (Helvetica Bold's text average is 1.06). */
const BOLD = 1.08;

/** Height of a line, its part above the baseline, in font sizes. */
export const LINE = { height: 1.117, ascent: 0.905 };

/** Width of one line of `text` at `size` px. */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const letter of text) sum += letterWidth(letter);
  return sum * size * (bold ? BOLD : 1) / 1000;
}
