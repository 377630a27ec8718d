import { type Figure, renderPng } from "../figures/mod.ts";
import { figureText } from "./figure_text.ts";
import { Displayable } from "./kernel.ts";

/** A figure as a cell's output: interactive where the front end knows plotly, else a PNG, else a table. */
export function show(figure: Figure): Displayable {
  return new Displayable(async () => ({
    "application/vnd.plotly.v1+json": { ...figure, config: { responsive: true, displaylogo: false } },
    "image/png": (await renderPng(figure)).toBase64(),
    "text/plain": figureText(figure),
  }));
}
