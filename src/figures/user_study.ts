import { figure5, networkScore, personScore, type PlayedGame } from "../paper/mod.ts";
import { formatProportion, type Proportion } from "../stats/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { PALETTE, percentText, type Trace } from "./theme.ts";

/** Width of a bar of the paper's histogram, in points of accuracy; its last one is open upwards. */
const BIN = 5;

/** How the strip above the histogram is shared out. */
const ROWS = { person: 1, network: 0 };

/**
 * Figure 5: the paper's people by their accuracy, and above them the reader and the network on the same images, with 95%
 * intervals. Where nothing has been played yet, the network alone.
 *
 * @throws {RangeError} where there is no game
 */
export function userStudyFigure(games: readonly PlayedGame[]): Figure {
  if (games.length === 0) {
    throw new RangeError("userStudyFigure: no game was given; a network's game is one, played or not");
  }
  const chance = 100 / games[0].datasets.length;
  const person = personScore(games);
  const network = networkScore(games);
  return {
    data: [
      histogramTrace(),
      ...lineTraces(chance),
      ...(person ? [scoreTrace("you", person, ROWS.person, COLORS.ours)] : []),
      scoreTrace("the network, same images", network, ROWS.network, PALETTE[1]),
    ],
    layout: {
      ...baseLayout(
        "Naming the dataset: people and the network",
        person ? "You and the network on the same images" : "Nobody has played yet",
      ),
      xaxis: percentAxis("accuracy", 0, 100, { dtick: 10, anchor: "y" }),
      yaxis: axis("people of the paper", { domain: [0, 0.66], range: [0, 13], dtick: 4 }),
      yaxis2: axis("", {
        domain: [0.72, 1],
        range: [-0.6, 1.7],
        tickvals: person ? [ROWS.network, ROWS.person] : [ROWS.network],
        ticktext: person ? ["network", "you"] : ["network"],
        showgrid: false,
      }),
      height: 440,
      bargap: 0.06,
      margin: { l: 64, r: 28, t: 72, b: 104 },
      legend: legendBelow(-0.22),
    },
  };
}

function histogramTrace(): Trace {
  const bins = figure5.histogram;
  const name = ({ from, to }: typeof bins[number]) => to === null ? `over ${from}%` : `${from} to ${to}%`;
  return {
    type: "bar",
    name: `the paper, ${figure5.source}: ${figure5.people} people (other datasets)`,
    x: bins.map(({ from }) => from + BIN / 2),
    y: bins.map(({ users }) => users),
    width: BIN,
    marker: { color: COLORS.paper, opacity: 0.55 },
    text: bins.map(({ users }) => `${users}`),
    textposition: "outside",
    cliponaxis: false,
    customdata: bins.map(name),
    hovertemplate: "%{y} people at %{customdata}<extra></extra>",
  };
}

/** Through both panels: chance, and the mean of the paper's people. */
function lineTraces(chance: number): Trace[] {
  const line = (
    name: string,
    x: number,
    dash: string,
    color: string,
    panel: { yaxis: string; top: number },
  ) => ({
    type: "scatter",
    mode: "lines",
    name,
    legendgroup: name,
    showlegend: panel.yaxis === "y",
    x: [x, x],
    y: [panel.yaxis === "y" ? 0 : -0.6, panel.top],
    yaxis: panel.yaxis,
    line: { color, dash, width: 1.5 },
    marker: { color },
    hovertemplate: `${name}<extra></extra>`,
  });
  const panels = [{ yaxis: "y", top: 13 }, { yaxis: "y2", top: 1.7 }];
  return panels.flatMap((panel) => [
    line(`chance, ${percentText(chance / 100)}`, chance, "dash", COLORS.chance, panel),
    line(`the paper's mean, ${figure5.meanPercent}%`, figure5.meanPercent, "dot", COLORS.paper, panel),
  ]);
}

function scoreTrace(name: string, score: Proportion, row: number, color: string): Trace {
  return {
    type: "scatter",
    mode: "markers+text",
    name: `${name}, 95% interval`,
    x: [100 * score.value],
    y: [row],
    yaxis: "y2",
    error_x: intervalBars([score], color),
    marker: { color, size: 11 },
    text: [`${percentText(score.value)}, n = ${score.n}`],
    textposition: "top center",
    textfont: { color },
    hovertemplate: `${formatProportion(score)}<extra></extra>`,
  };
}
