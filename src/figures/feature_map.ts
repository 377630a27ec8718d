import { permutation } from "../stats/mod.ts";
import { withButtons } from "./controls.ts";
import {
  axis,
  baseLayout,
  datasetColor,
  type Figure,
  LEGEND_BELOW,
  lookOf,
  plainText,
  type PlotlyLayout,
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
  /** Pictures of some rows, which a button puts in their places. */
  pictures?: readonly MapPicture[];
}

/** The picture of a row. */
export interface MapPicture {
  row: number;
  /** `data:image/png;base64,…` */
  source: string;
}

/** Places for pictures across and down a map: pictures are about 26 px wide. */
const [ACROSS, DOWN] = [34, 18];

/** Middles of pictures are this far apart, in their sizes: drawings leave their corners free. */
const APART = 0.7;

/** Pictures of a map, at most: each takes about 0.8 kB. */
const MOST_PICTURES = 240;

/** Opacity of points, and that of those behind pictures. */
const [OPACITY, BEHIND] = [0.7, 0.2];

/** The least and the most of a map's coordinates: 0 across, 1 down. */
function endsOf(points: ArrayLike<number>, axis: 0 | 1): [least: number, most: number] {
  return Array.from(points).filter((_, i) => i % 2 === axis).reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}

/** Width and height of a picture in the units of a map: those of its places. */
function pictureSize(points: ArrayLike<number>, hasAxes: boolean): [width: number, height: number] {
  const [width, height] = ([0, 1] as const).map((axis) => {
    const [least, most] = endsOf(points, axis);
    return (most - least || 1) / [ACROSS, DOWN][axis];
  });
  return hasAxes ? [width, height] : [Math.max(width, height), Math.max(width, height)]; // one unit for both
}

/**
 * Rows whose pictures can be shown in their places without hiding each other much, drawn at random.
 *
 * @param map with axes, or without: see {@link FeatureMap.axes}
 */
export function picturedRows({ points, axes }: Pick<FeatureMap, "points" | "axes">): number[] {
  const [width, height] = pictureSize(points, axes !== undefined);
  const rows: number[] = [];
  for (const row of permutation(points.length / 2, 0)) {
    const isFree = rows.every((other) =>
      Math.abs(points[2 * row] - points[2 * other]) >= APART * width ||
      Math.abs(points[2 * row + 1] - points[2 * other + 1]) >= APART * height
    );
    if (isFree) rows.push(row);
    if (rows.length === MOST_PICTURES) break;
  }
  return rows;
}

/** The pictures as plotly's images of a layout. */
function imagesOf({ points, axes, pictures = [] }: FeatureMap): PlotlyLayout[] {
  const [sizex, sizey] = pictureSize(points, axes !== undefined);
  const place = { xref: "x", yref: "y", xanchor: "center", yanchor: "middle", layer: "above", sizex, sizey };
  return pictures.map(({ row, source }) => ({
    ...place,
    x: points[2 * row],
    y: points[2 * row + 1],
    source,
  }));
}

/**
 * A map of features, one point an image in the color of its dataset. Datasets that lie apart can be told
 * apart by something that the features hold; those that overlap in two dimensions may still be apart in more.
 *
 * plotly can show no image beside the pointer, so pictures stand on the map itself when a button asks for
 * them; zooming in makes them larger.
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
  const figure = {
    data: names.map((name, place) => traceOf(map, name, place)).filter(({ x }) => (x as number[]).length > 0),
    layout: {
      ...baseLayout("What the features hold", `${plainText(method)}, ${points.length / 2} images`),
      height: 620,
      xaxis: x,
      yaxis: y,
      hovermode: "closest",
      legend: { ...LEGEND_BELOW, itemsizing: "constant" },
      margin: { l: axes ? 64 : 28, r: 28, t: 72, b: axes ? 56 : 20 },
    },
  };
  if (!map.pictures?.length) return figure;
  return withButtons(figure, [
    { label: "points", traces: { "marker.opacity": OPACITY }, layout: { images: [] } },
    { label: "pictures of some", traces: { "marker.opacity": BEHIND }, layout: { images: imagesOf(map) } },
  ]);
}

function traceOf({ points, labels, keys, areClasses }: FeatureMap, name: string, place: number): Trace {
  const rows = Array.from(labels, (_, row) => row).filter((row) => labels[row] === place);
  const { color, symbol } = lookOf(place);
  return {
    type: "scatter",
    mode: "markers",
    name: plainText(name),
    x: rows.map((row) => points[2 * row]),
    y: rows.map((row) => points[2 * row + 1]),
    marker: {
      color: areClasses ? color : datasetColor(name),
      symbol,
      size: rows.length > 500 ? 4 : 6,
      opacity: OPACITY,
    },
    ...(keys
      ? { text: rows.map((row) => plainText(keys[row])), hovertemplate: "%{text}" }
      : { hoverinfo: "name" }),
  };
}

function checkMap({ points, labels, names, keys, pictures = [] }: FeatureMap): void {
  if (points.length !== 2 * labels.length || (keys && keys.length !== labels.length)) {
    throw new RangeError(
      `${points.length} coordinates, ${labels.length} labels${
        keys ? ` and ${keys.length} keys` : ""
      }: give two ` +
        "coordinates, a label and a key for each point.",
    );
  }
  const none = pictures.find(({ row }) => !(row in labels));
  if (none) throw new RangeError(`A picture is of row ${none.row}; there are ${labels.length}.`);
  const wrong = Array.from(labels).find((label) => !(label in names));
  if (wrong !== undefined) {
    throw new RangeError(`A point has the label ${wrong}; there are ${names.length} names.`);
  }
}
