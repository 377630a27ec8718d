import {
  accuracyDots,
  axis,
  bars,
  baseLayout,
  COLORS,
  type Figure,
  LEGEND_BELOW,
  line,
  PALETTE,
  percentAxis,
  rowAxis,
  type Trace,
} from "../../figures/mod.ts";
import { figure5 } from "../../paper/mod.ts";
import { formatPercent, formatProportion, type Proportion } from "../../stats/mod.ts";
import { networkScore, personScore, type PlayedGame } from "./records.ts";

/** Width of a bar of the paper's histogram, in points of accuracy; its last one is open upwards. */
const BIN = 5;

/** Most people that the histogram has room for. */
const TOP = 13;

/** Rows of the strip above the histogram, and its ends. */
const ROWS = { person: 1, network: 0 };
const STRIP = [-0.7, 1.7];

/**
 * Figure 5: the paper's people by their accuracy, and above them the reader and the network on the same
 * images, with 95% intervals. Where nothing has been played yet, the network alone.
 *
 * @throws {RangeError} when there is no game
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
      yaxis2: rowAxis(
        rows.map(({ at, name, score }) => ({ at, text: `${name} ${formatPercent(score.value)}` })),
        STRIP,
        { domain: [0.7, 1] },
      ),
      height: 460,
      bargap: 0.06,
      legend: LEGEND_BELOW,
    },
  };
}

function histogramTrace(): Trace {
  const bins = figure5.histogram;
  const name = ({ from, to }: typeof bins[number]) => to === null ? `over ${from}%` : `${from} to ${to}%`;
  return bars(`the paper, ${figure5.source}: ${figure5.people} people (other datasets)`, {
    x: bins.map(({ from }) => from + BIN / 2),
    y: bins.map(({ users }) => users),
    width: BIN,
    color: COLORS.paper,
    customdata: bins.map(name),
    hovertemplate: "%{y} people at %{customdata}<extra></extra>",
  });
}

/** Through both panels: chance, and the mean of the paper's people. */
function lineTraces(chance: number): Trace[] {
  const panels = [{ yaxis: "y", y: [0, TOP] }, { yaxis: "y2", y: STRIP }];
  const lines = [
    { name: `chance, ${formatPercent(chance / 100)}`, at: chance, dash: "dash", color: COLORS.chance },
    {
      name: `the paper's mean, ${figure5.meanPercent}%`,
      at: figure5.meanPercent,
      dash: "dot",
      color: COLORS.paper,
    },
  ];
  return panels.flatMap((panel) =>
    lines.map(({ name, at, dash, color }) =>
      line(name, {
        ...panel,
        x: [at, at],
        color,
        dash,
        marker: { color },
        legendgroup: name,
        showlegend: panel.yaxis === "y",
        hovertemplate: `${name}<extra></extra>`,
      })
    )
  );
}

function scoreTrace(name: string, score: Proportion, row: number, color: string): Trace {
  return accuracyDots([score], {
    name,
    along: "x",
    at: [row],
    color,
    size: 11,
    yaxis: "y2",
    cliponaxis: false,
    hovertemplate: `${formatProportion(score)}<extra></extra>`,
  });
}
