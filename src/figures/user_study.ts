import { figure5, networkScore, personScore, type PlayedGame } from "../paper/mod.ts";
import { formatProportion, type Proportion } from "../stats/mod.ts";
import { axis, baseLayout, COLORS, type Figure, intervalBars, legendBelow, percentAxis } from "./theme.ts";
import { PALETTE, percentText, type Trace } from "./theme.ts";

/** Width of a bar of the paper's histogram, in points of accuracy; its last one is open upwards. */
const BIN = 5;

/** Most people that the histogram has room for. */
const TOP = 13;

/** Rows of the strip above the histogram, and its ends. */
const ROWS = { person: 1, network: 0 };
const STRIP = [-0.7, 1.7];

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
  const rows = [
    { at: ROWS.network, name: "network", score: network },
    ...(person ? [{ at: ROWS.person, name: "you", score: person }] : []),
  ];
  return {
    data: [
      histogramTrace(),
      ...lineTraces(chance),
      ...(person ? [scoreTrace("you", person, ROWS.person, COLORS.ours)] : []),
      scoreTrace("the network", network, ROWS.network, PALETTE[1]),
    ],
    layout: {
      ...baseLayout(
        "People and the network",
        person
          ? `The same ${person.n} images, 95% intervals`
          : `Nobody has played yet; the network on ${network.n} images`,
      ),
      xaxis: percentAxis("accuracy", 0, 100, { dtick: 20, anchor: "y" }),
      yaxis: axis("people of the paper", { domain: [0, 0.64], range: [0, TOP], dtick: 4 }),
      yaxis2: axis("", {
        domain: [0.7, 1],
        range: STRIP,
        tickvals: rows.map(({ at }) => at),
        ticktext: rows.map(({ name, score }) => `${name} ${percentText(score.value)}`),
        showgrid: false,
      }),
      height: 460,
      bargap: 0.06,
      margin: { l: 64, r: 28, t: 72, b: 104 },
      legend: legendBelow(-0.24),
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
    panel: { yaxis: string; ends: number[] },
  ) => ({
    type: "scatter",
    mode: "lines",
    name,
    legendgroup: name,
    showlegend: panel.yaxis === "y",
    x: [x, x],
    y: panel.ends,
    yaxis: panel.yaxis,
    line: { color, dash, width: 1.5 },
    marker: { color },
    hovertemplate: `${name}<extra></extra>`,
  });
  const panels = [{ yaxis: "y", ends: [0, TOP] }, { yaxis: "y2", ends: STRIP }];
  return panels.flatMap((panel) => [
    line(`chance, ${percentText(chance / 100)}`, chance, "dash", COLORS.chance, panel),
    line(`the paper's mean, ${figure5.meanPercent}%`, figure5.meanPercent, "dot", COLORS.paper, panel),
  ]);
}

function scoreTrace(name: string, score: Proportion, row: number, color: string): Trace {
  return {
    type: "scatter",
    mode: "markers",
    name,
    x: [100 * score.value],
    y: [row],
    yaxis: "y2",
    error_x: intervalBars([score], color),
    marker: { color, size: 11 },
    cliponaxis: false,
    hovertemplate: `${formatProportion(score)}<extra></extra>`,
  };
}
