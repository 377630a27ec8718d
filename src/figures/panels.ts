import { COLORS, plainText, type PlotlyLayout } from "./theme.ts";

/** Between the panels, in shares of the figure's width: room for the ticks of the one at the right. */
const GAP = 0.08;

/** What each panel is of, and how much of the width the paper's takes. */
interface PanelsOptions {
  paper: string;
  ours: string;
  /** Share of the width, in (0, 1). Default: as wide as ours. */
  share?: number;
}

/** Two panels side by side. */
interface Panels {
  /** Ends of each on the figure's width, [0, 1]. */
  paper: [number, number];
  ours: [number, number];
  /** Annotations of plotly above them; they take 24 px. */
  headings: PlotlyLayout[];
}

/**
 * The paper at the left and ours at the right, for figures in which both on one axis would be read as if they
 * could be compared.
 */
export function twoPanels({ paper, ours, share = 0.5 }: PanelsOptions): Panels {
  const left: [number, number] = [0, share * (1 - GAP)];
  const right: [number, number] = [left[1] + GAP, 1];
  return { paper: left, ours: right, headings: [panelHeading(paper, left), panelHeading(ours, right)] };
}

/** A name above a panel, at its left end. */
export function panelHeading(text: string, [left]: readonly [number, number]): PlotlyLayout {
  return {
    xref: "paper",
    yref: "paper",
    x: left,
    y: 1,
    xanchor: "left",
    yanchor: "bottom",
    yshift: 4,
    text: `<b>${plainText(text)}</b>`,
    showarrow: false,
    font: { size: 13, color: COLORS.text },
  };
}
