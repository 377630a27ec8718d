import {
  axis,
  baseLayout,
  datasetColor,
  type Figure,
  legendBelow,
  PALETTE,
  plainText,
  type Trace,
} from "./theme.ts";

/** Points of a map of features. */
export interface FeatureMap {
  /** [rows, 2], row by row. */
  points: ArrayLike<number>;
  /** Place of each row's dataset or class among the names, [rows]. */
  labels: ArrayLike<number>;
  /** Names of the datasets, or of the classes. */
  names: readonly string[];
  /** Whether these are classes, which have no colors of their own. Default: they are datasets. */
  areClasses?: boolean;
  /** Name of each row's image, shown where the pointer is. */
  keys?: readonly string[];
  /** How the map was made, for example "UMAP of stages.3". */
  method: string;
  /** Names of the axes where they mean something, for example "PC 1 (34%)". */
  axes?: [string, string];
}

/** Told apart without color too. */
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x"];

/**
 * A map of features, one point an image in the color of its dataset. Datasets that lie apart can be told
 * apart by something that the features hold; those that overlap in two dimensions may still be apart in more.
 *
 * @throws {RangeError} when points and labels differ in number, or a label has no name
 */
export function featureMapFigure(map: FeatureMap): Figure {
  const { points, names, method, axes } = map;
  checkMap(map);
  // Where a map's axes mean nothing, neither do their numbers and lines.
  const bare = { showticklabels: false, ticks: "", showgrid: false, showline: false };
  const [x, y] = axes ? axes.map((title) => axis(plainText(title))) : [
    axis("", bare),
    axis("", { ...bare, scaleanchor: "x" }),
  ];
  return {
    data: names.map((name, place) => traceOf(map, name, place)).filter(({ x }) => (x as number[]).length > 0),
    layout: {
      ...baseLayout("What the features hold", `${plainText(method)}, ${points.length / 2} images`),
      height: 620,
      xaxis: x,
      yaxis: y,
      hovermode: "closest",
      legend: { ...legendBelow(axes ? -0.12 : -0.04), itemsizing: "constant" },
      margin: { l: axes ? 64 : 28, r: 28, t: 72, b: 90 },
    },
  };
}

function traceOf({ points, labels, keys, areClasses }: FeatureMap, name: string, place: number): Trace {
  const rows = Array.from(labels, (_, row) => row).filter((row) => labels[row] === place);
  // After a turn through the colors the symbols are moved on by one, so that no two names look the same.
  const turn = Math.floor(place / SYMBOLS.length);
  return {
    type: "scatter",
    mode: "markers",
    name: plainText(name),
    x: rows.map((row) => points[2 * row]),
    y: rows.map((row) => points[2 * row + 1]),
    marker: {
      color: areClasses ? PALETTE[place % PALETTE.length] : datasetColor(name),
      symbol: SYMBOLS[(place + turn) % SYMBOLS.length],
      size: rows.length > 500 ? 4 : 6,
      opacity: 0.7,
    },
    ...(keys
      ? { text: rows.map((row) => plainText(keys[row])), hovertemplate: "%{text}" }
      : { hoverinfo: "name" }),
  };
}

function checkMap({ points, labels, names, keys }: FeatureMap): void {
  if (points.length !== 2 * labels.length || (keys && keys.length !== labels.length)) {
    throw new RangeError(
      `${points.length} coordinates, ${labels.length} labels${
        keys ? ` and ${keys.length} keys` : ""
      }: give two ` +
        "coordinates, a label and a key for each point.",
    );
  }
  const wrong = Array.from(labels).find((label) => !(label in names));
  if (wrong !== undefined) {
    throw new RangeError(`A point has the label ${wrong}; there are ${names.length} names.`);
  }
}
