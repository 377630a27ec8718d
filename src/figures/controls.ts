/**
 * Buttons and sliders that need no kernel: plotly's own, kept in a figure's layout. They stand in room of
 * their own above the plot, which a still picture, where nobody can press them, leaves out. Below the plot
 * stands the legend: it moves the plot's foot with its lines, and plotly leaves a slider behind where a cell
 * gets another width.
 */
import { COLORS, type Figure, plainText, type PlotlyLayout, type Trace } from "./theme.ts";

/** Height of a row of buttons between title and plot, and of a slider between these and the plot, px. */
const [BUTTONS_ROOM, SLIDER_ROOM] = [40, 76];

/** Readable on a light page and on a dark one; plotly fills what is chosen with a pale blue of its own. */
const LOOK = {
  bgcolor: "rgba(128, 128, 128, 0.16)",
  bordercolor: "rgba(128, 128, 128, 0.4)",
  font: { size: 12, color: COLORS.text },
};

const GAP = 8; // px
const PLACE = { ...LOOK, x: 0, xanchor: "left", y: 1, yanchor: "bottom", pad: { b: GAP } };

type Margin = Record<"l" | "r" | "t" | "b", number>;

/** A figure's layout with so many px more above the plot, without another size of the plot. */
function withRoom(layout: PlotlyLayout, above: number): PlotlyLayout {
  const margin = layout.margin as Margin;
  return {
    ...layout,
    margin: { ...margin, t: margin.t + above },
    height: layout.height as number + above,
  };
}

/** A button, or an entry of a menu, and what it changes, by plotly's paths. */
interface Entry {
  label: string;
  /** Attributes of the traces; a list has a value for each. */
  traces: PlotlyLayout;
  layout: PlotlyLayout;
}

/**
 * A row of buttons, or a menu that opens on a click. The figure as it is given is what the first entry
 * shows. Heights among the changes are without the buttons' room.
 */
export function withButtons(
  { data, layout }: Figure,
  entries: readonly Entry[],
  shape: "row" | "menu" = "row",
): Figure {
  const buttons = entries.map(({ label, traces, layout }) => ({
    label: plainText(label),
    method: "update",
    args: [traces, grown(layout)],
  }));
  const row = { type: "buttons", direction: "right", active: 0, showactive: true };
  const controls = { ...PLACE, ...(shape === "row" ? row : { showactive: false }), buttons };
  return { data, layout: { ...withRoom(layout, BUTTONS_ROOM), updatemenus: [controls] } };
}

function grown(changed: PlotlyLayout): PlotlyLayout {
  return typeof changed.height === "number" ? { ...changed, height: changed.height + BUTTONS_ROOM } : changed;
}

/** One of several ways to read a figure. */
interface Reading {
  /** On its button. */
  label: string;
  /** The traces to see; one that another reading has, too, is kept once. */
  data: readonly Trace[];
  /** Attributes of the layout by plotly's paths (`xaxis.title.text`); every reading changes the same. */
  layout: PlotlyLayout;
}

/**
 * A figure with a button for each of its readings. The first is seen before a button is pressed, and in the
 * still picture.
 *
 * @param layout of the first reading
 */
export function withReadings(layout: PlotlyLayout, readings: readonly Reading[]): Figure {
  const data = [...new Set(readings.flatMap(({ data }) => data))];
  const [first] = readings;
  const seen = data.map((trace) => first.data.includes(trace) ? trace : { ...trace, visible: false });
  if (readings.length === 1) return { data: seen, layout };
  const entries = readings.map(({ label, data: own, layout }) => ({
    label,
    traces: { visible: data.map((trace) => own.includes(trace)) },
    layout,
  }));
  return withButtons({ data: seen, layout }, entries);
}

/** A place of a slider: what some traces are there. */
export interface Step {
  label: string;
  /** Attributes by plotly's paths (`error_x.array`), one set a trace; the slider's traces in their order. */
  changes: readonly PlotlyLayout[];
}

/** How a slider looks, and what it moves. */
interface SliderOptions {
  /** Places of the traces that it changes among the figure's. */
  traces: readonly number[];
  /** Label of the last step, which is the figure as it is. */
  last: string;
  /** Before the label of the place where it stands, for example "after epoch ". */
  prefix: string;
}

/**
 * A figure with a slider, which stands at its last step: the figure as it is given.
 *
 * @param earlier the steps before, which all change the same attributes; without any there is no slider
 */
export function withSlider(
  { data, layout }: Figure,
  earlier: readonly Step[],
  { traces, last, prefix }: SliderOptions,
): Figure {
  if (earlier.length === 0) return { data, layout };
  const paths = Object.keys(earlier[0].changes[0]);
  const asGiven = traces.map((at) =>
    Object.fromEntries(paths.map((path) => [path, attributeOf(data[at], path) ?? null])) // null: plotly's default
  );
  const steps = [...earlier, { label: last, changes: asGiven }];
  const slider = {
    ...PLACE,
    active: steps.length - 1,
    currentvalue: { prefix, font: { size: 13, color: COLORS.text } },
    len: 1,
    pad: { b: GAP, l: GAP, r: GAP },
    transition: { duration: 0 },
    bgcolor: "rgba(128, 128, 128, 0.5)",
    activebgcolor: COLORS.ours,
    tickcolor: COLORS.text,
    steps: steps.map(({ label, changes }) => ({
      label: plainText(label),
      method: "restyle",
      args: [gathered(changes), traces],
    })),
  };
  const menus = layout.updatemenus as { pad: { b: number } }[] | undefined;
  const raised = menus?.map((menu) => ({ ...menu, pad: { b: menu.pad.b + SLIDER_ROOM } }));
  return {
    data,
    layout: { ...withRoom(layout, SLIDER_ROOM), sliders: [slider], ...(raised && { updatemenus: raised }) },
  };
}

function attributeOf(trace: Trace, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as PlotlyLayout | undefined)?.[name], trace);
}

/** plotly wants a list of values for each attribute, one a trace. */
function gathered(changes: readonly PlotlyLayout[]): PlotlyLayout {
  return Object.fromEntries(
    Object.keys(changes[0]).map((path) => [path, changes.map((change) => change[path])]),
  );
}

/** The figure without its menu, buttons and slider, and without their room: as a still picture shows it. */
export function withoutControls({ data, layout: { updatemenus, sliders, ...layout } }: Figure): Figure {
  if (!updatemenus && !sliders) return { data, layout };
  return { data, layout: withRoom(layout, (updatemenus ? -BUTTONS_ROOM : 0) - (sliders ? SLIDER_ROOM : 0)) };
}
