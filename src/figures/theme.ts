/** A trace of plotly.js; its attributes are plotly's own. */
export type Trace = Record<string, unknown>;
/** A layout of plotly.js. */
export type PlotlyLayout = Record<string, unknown>;

/** A figure as plotly.js and every front end that knows it take it. */
export interface Figure {
  data: Trace[];
  layout: PlotlyLayout;
}

/**
 * Told apart with normal vision and with each kind of color blindness (CIE76 distance of every pair at least
 * 15 after Machado et al. 2009), with a contrast of at least 3:1 on white and on #111 alike.
 */
export const PALETTE = ["#0072B2", "#C1361F", "#009E73", "#D673AE", "#B58F00", "#8A6FE8"] as const;

/** Told apart without color too. */
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"];

/**
 * Color and symbol of the series at this place. After a turn through the colors the symbols are moved on by
 * one, so that the first 36 look different.
 */
export function lookOf(place: number): { color: string; symbol: string } {
  const turn = Math.floor(place / SYMBOLS.length);
  return { color: PALETTE[place % PALETTE.length], symbol: SYMBOLS[(place + turn) % SYMBOLS.length] };
}

/** The one language of all figures: the paper grey, ours in color, chance dashed. */
export const COLORS = {
  ours: PALETTE[0],
  paper: "#8C8C8C",
  chance: "#8C8C8C",
  text: "#757575",
  grid: "rgba(128, 128, 128, 0.22)",
  transparent: "rgba(0, 0, 0, 0)",
} as const;

/** Families that have the same letter widths, so that the static image breaks no label. */
export const FONT_FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** The default data's families of datasets; each uses the palette in the same order. */
const FAMILIES = [
  ["tabler", "phosphor", "mdi", "remix", "mingcute", "carbon"],
  ["noto", "twemoji", "openmoji", "fluent-emoji", "emojione", "fxemoji"],
  ["yfcc", "cc", "datacomp", "wit", "laion", "imagenet"],
  ["mdi-old", "tabler-old"], // each beside its newer release, above
];

/** Usual names of splits, so that those of one source differ. */
const SPLITS = ["train", "test", "validation", "val"];

/**
 * The color of a dataset, the same in every figure and gallery; an unknown name gets one from its letters.
 * The splits of a source, and up to six parts of it, differ.
 */
export function datasetColor(reference: string): string {
  // Read without faults: what is drawn may be no reference, as the name of a folder.
  const [, dataset, split, part] = /^([^@#]*)@?([^#]*)#?(\d*)/.exec(reference)!;
  const known = FAMILIES.map((family) => family.indexOf(dataset)).find((index) => index >= 0);
  const ofSplit = SPLITS.includes(split) ? SPLITS.indexOf(split) : letters(split);
  const place = (known ?? letters(dataset)) + (split ? ofSplit : 0) + (part ? Number(part) - 1 : 0);
  return PALETTE[place % PALETTE.length];
}

function letters(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
}

/** The start of every figure's layout. `title` may hold plotly's inline tags (`<b>`, `<br>`, `<sub>`). */
export function baseLayout(title: string, subtitle?: string): PlotlyLayout {
  return {
    title: {
      text: `<b>${title}</b>`,
      ...(subtitle && { subtitle: { text: subtitle, font: { size: 12, color: COLORS.text } } }),
      font: { size: 16 },
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14 },
    },
    font: { family: FONT_FAMILY, size: 13, color: COLORS.text },
    paper_bgcolor: COLORS.transparent,
    plot_bgcolor: COLORS.transparent,
    colorway: [...PALETTE],
    height: 460,
    margin: MARGINS,
    // plotly cuts names beside the pointer after 15 letters: those of two networks would be the same.
    hoverlabel: { font: { family: FONT_FAMILY }, namelength: -1 },
  };
}

/** An axis; `overrides` are plotly's own attributes. */
export function axis(title: string, overrides: PlotlyLayout = {}): PlotlyLayout {
  return {
    title: { text: title, standoff: 12, font: { size: 13 } },
    gridcolor: COLORS.grid,
    linecolor: COLORS.grid,
    tickcolor: COLORS.grid,
    zeroline: false,
    automargin: true,
    ...overrides,
  };
}

/** An axis of accuracies in percent, from `low` to `high`. */
export function percentAxis(
  title: string,
  low: number,
  high: number,
  overrides: PlotlyLayout = {},
): PlotlyLayout {
  return axis(title, { range: [low, high], ticksuffix: "%", ...overrides });
}

/** Room below the least and above the highest mark, in points of percent. */
const ROOM = 4;

/** The part of 0 to 100% that marks at these percentages take up, with some room; all of it without any. */
export function rangeAround(percents: readonly number[]): [low: number, high: number] {
  if (percents.length === 0) return [0, 100];
  return [Math.max(0, Math.min(...percents) - ROOM), Math.min(100, Math.max(...percents) + ROOM)];
}

/**
 * A legend at the foot of the figure, in as many lines as its width takes. A place in shares of the plot's
 * height would lie on the axis where a front end draws the figure at another width first.
 */
export const LEGEND_BELOW: PlotlyLayout = {
  orientation: "h",
  x: 0,
  xanchor: "left",
  y: 0,
  yref: "container",
  yanchor: "bottom",
  bgcolor: COLORS.transparent,
};

/** An axis of numbers that span tens: images, parameters. */
export function logAxis(title: string, overrides: PlotlyLayout = {}): PlotlyLayout {
  return axis(title, { type: "log", dtick: 1, exponentformat: "SI", ...overrides });
}

/** Least margins, px: plotly adds what axes and a legend below take. */
export const MARGINS: PlotlyLayout = { l: 64, r: 28, t: 72, b: 56 };

/** Text that plotly must show as it is, not as its inline tags. */
export function plainText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
