import assert from "node:assert/strict";
import {
  combinationsFigure,
  numberOfDatasetsFigure,
  pairwiseFigure,
} from "../../src/chapters/combinations/figure.ts";
import { confusionFigure, confusionMenu, featureMapFigure, picturedRows } from "../../src/figures/mod.ts";
import { openPlotlyPage } from "../../src/figures/browser.ts";
import { type Figure, type PlotlyLayout, type Trace, withoutControls } from "../../src/figures/mod.ts";
import { pooledAccuracy } from "../../src/paper/mod.ts";
import { figureText } from "../../src/notebook/display.ts";
import { differenceOf } from "../../src/paper/runs.ts";
import { featureMap, pairs, withLadder } from "../made/figures/examples.ts";
import { iconRecords, ICONS, syntheticRecord, threeSeeds } from "../made/paper/records.ts";
import { syntheticLadder } from "../made/paper/trivial_records.ts";

const records = iconRecords();
const triples = records.filter(({ experiment }) => experiment.datasets.length === 3);
const ladder = withLadder(records);

/** plotly, which presses buttons as a reader does. */
const { plotly, target } = await openPlotlyPage(1);
// deno-lint-ignore no-explicit-any
const page = plotly as any;

type Button = { label: string; args: unknown[] };
const buttonsOf = ({ layout }: Figure) => (layout.updatemenus as { buttons: Button[] }[])[0].buttons;
const stepsOf = ({ layout }: Figure) => (layout.sliders as { steps: Button[] }[])[0].steps;

/** What plotly shows after each of the buttons and steps was pressed, one after the other. */
async function pressed(figure: Figure, ...presses: ["update" | "restyle", Button][]): Promise<Figure> {
  const place = target() as unknown as Figure & { remove(): void };
  const { data, layout } = structuredClone(figure);
  await page.newPlot(place, data, { ...layout, width: 970 });
  for (const [method, { args }] of presses) await page[method](place, ...structuredClone(args));
  const shown = structuredClone({ data: place.data, layout: place.layout });
  page.purge(place);
  place.remove();
  return shown;
}

const seen = ({ data }: Figure) => data.filter(({ visible }) => visible !== false);
const ours = (figure: Figure) => seen(figure).find(({ name }) => /^ours/.test(`${name}`))!;
const near = (a: unknown, b: number[], within = 1e-9) => {
  const all = a as number[];
  assert.equal(all.length, b.length);
  all.forEach((value, i) => assert.ok(Math.abs(value - b[i]) <= within, `${value} is not ${b[i]}`));
};

/** The row of each combination's network, the easiest last, as the figure has them. */
const ranked = triples.toSorted((a, b) => a.result.accuracy.value - b.result.accuracy.value);
const best = ranked.map((run) => {
  const own = ladder.filter(({ experiment }) => `${experiment.datasets}` === `${run.experiment.datasets}`);
  const learners = own.filter(({ experiment }) => experiment.kind === "trivial");
  return learners.toSorted((a, b) => b.result.accuracy.value - a.result.accuracy.value)[0];
});

/** What a button shows at the end, from the records, in points. */
const EXPECTED: Record<string, () => number[]> = {
  "accuracy": () => ranked.map(({ result }) => 100 * result.accuracy.value),
  "margin over chance": () => ranked.map(({ result }) => 100 * (result.accuracy.value - 1 / 3)),
  "above the best trivial learner": () =>
    ranked.map(({ result }, i) => 100 * (result.accuracy.value - best[i].result.accuracy.value)),
};

Deno.test("combinationsFigure: each button shows its measure with its interval, its axis and its range", async () => {
  const figure = combinationsFigure(ladder);
  assert.deepEqual(buttonsOf(figure).map(({ label }) => label), Object.keys(EXPECTED));
  for (const button of buttonsOf(figure)) {
    const shown = await pressed(figure, ["update", button]);
    near(ours(shown).x, EXPECTED[button.label]());
    const { title, range, ticksuffix } = shown.layout.xaxis as Record<string, never>;
    const isAccuracy = button.label === "accuracy";
    assert.equal((title as { text: string }).text, button.label + (isAccuracy ? "" : ", points"));
    assert.equal(ticksuffix, isAccuracy ? "%" : "");
    for (const { x } of seen(shown)) {
      for (const value of x as number[]) {
        assert.ok(value > range[0] && value < range[1], `${value} of ${range}`);
      }
    }
    const paper = seen(shown).filter(({ name }) => /^the paper/.test(`${name}`)).length;
    assert.equal(paper, button.label.includes("trivial") ? 0 : 1);
  }
});

Deno.test("combinationsFigure: the interval above the best trivial learner is that of the paired difference", async () => {
  const figure = combinationsFigure(ladder);
  const { x, error_x } = ours(await pressed(figure, ["update", buttonsOf(figure)[2]]));
  const { array, arrayminus } = error_x as Record<string, number[]>;
  ranked.forEach((run, i) => {
    const { value, low, high } = differenceOf([run], [best[i]]);
    near(
      [(x as number[])[i], (x as number[])[i] - arrayminus[i], (x as number[])[i] + array[i]],
      [100 * value, 100 * low, 100 * high],
    );
  });
});

Deno.test("combinationsFigure: each step of the slider shows each measure after its epoch, whatever was pressed first", async () => {
  const figure = combinationsFigure(ladder);
  const [buttons, steps] = [buttonsOf(figure), stepsOf(figure)];
  assert.deepEqual(steps.map(({ label }) => label), Array.from({ length: 12 }, (_, i) => `${i + 1}`));
  for (const step of [steps[4], steps[11]]) {
    for (const [m, button] of buttons.entries()) {
      const first = await pressed(figure, ["update", button], ["restyle", step]);
      const last = await pressed(figure, ["restyle", step], ["update", button]);
      const { x, error_x, hovertemplate } = ours(first);
      assert.deepEqual([x, error_x, hovertemplate], [
        ours(last).x,
        ours(last).error_x,
        ours(last).hovertemplate,
      ]);
      const validation = ranked.map(({ epochs }) => epochs[Number(step.label) - 1].validation);
      const base = ranked.map((_, i) => [0, 1 / 3, best[i].result.accuracy.value][m]);
      near(x, validation.map(({ value }, i) => 100 * (value - base[i])), 0.0006);
      const bars = error_x as Record<string, unknown>;
      if (m < 2) near(bars.array, validation.map(({ value, high }) => 100 * (high - value)), 0.0011);
      else if (step !== steps[11]) assert.equal(bars.visible, false); // answers are kept of the end alone
    }
  }
});

Deno.test("combinationsFigure: the slider goes back to the figure as it was", async () => {
  const figure = combinationsFigure(ladder);
  const steps = stepsOf(figure);
  const shown = await pressed(figure, ["restyle", steps[2]], ["restyle", steps[11]]);
  const was = await pressed(figure);
  assert.deepEqual(shown.data.map(({ x }) => x), was.data.map(({ x }) => x));
  assert.deepEqual(ours(shown).error_x, ours(was).error_x);
});

Deno.test("combinationsFigure: of many epochs twelve; seeds are averaged, a run that ended sooner stays", () => {
  const datasets = ICONS.slice(0, 3);
  const long = threeSeeds({ datasets, accuracy: 0.8, epochs: 300 });
  const short = syntheticRecord({ datasets: ICONS.slice(1, 4), accuracy: 0.6, epochs: 100 });
  const figure = combinationsFigure([...long, short]);
  const steps = stepsOf(figure);
  assert.deepEqual(
    steps.map(({ label }) => Number(label)),
    Array.from({ length: 12 }, (_, i) => 25 * (i + 1)),
  );
  const [[accuracies]] = steps.map(({ args }) => (args[0] as { x: number[][] }).x);
  const mean = long.reduce((sum, { epochs }) => sum + epochs[24].validation.value, 0) / 3;
  near(accuracies, [100 * short.epochs[24].validation.value, 100 * mean], 0.0006);
  const [late] = (steps[10].args[0] as { x: number[][] }).x;
  near(late.slice(0, 1), [100 * short.result.accuracy.value], 0.0006);
  const [atTheEnd] = (steps[11].args[0] as { x: number[][] }).x;
  near(atTheEnd.slice(1), [100 * pooledAccuracy(long).value]);
});

Deno.test("combinationsFigure: without trivial learners no button for them; of one epoch no slider", () => {
  assert.deepEqual(buttonsOf(combinationsFigure(records)).map(({ label }) => label), [
    "accuracy",
    "margin over chance",
  ]);
  const one = syntheticRecord({ datasets: ICONS.slice(0, 3), accuracy: 0.6, epochs: 1 });
  assert.equal(combinationsFigure([one]).layout.sliders, undefined);
});

Deno.test("numberOfDatasetsFigure: each button takes off each number's own chance, or best learner", async () => {
  const figure = numberOfDatasetsFigure(ladder);
  const series = [3, 4, 5, 6].map((count) =>
    records.find(({ experiment }) => `${experiment.datasets}` === `${ICONS.slice(0, count)}`)!
  );
  const [, overChance, overTrivial] = await Promise.all(
    buttonsOf(figure).map((button) => pressed(figure, ["update", button])),
  );
  near(ours(overChance).y, series.map(({ result }) => 100 * (result.accuracy.value - result.chance)));
  const margins = series.map((run) => {
    const beside = ladder.filter(({ experiment }) =>
      experiment.kind === "trivial" && `${experiment.datasets}` === `${run.experiment.datasets}`
    );
    return 100 * (run.result.accuracy.value - Math.max(...beside.map(({ result }) => result.accuracy.value)));
  });
  near(ours(overTrivial).y, margins);
  const paper = seen(overChance).find(({ name }) => /^the paper/.test(`${name}`))!;
  near(paper.y, [84.7 - 100 / 3, 79.1 - 25, 67.4 - 20, 69.2 - 100 / 6]);
});

Deno.test("pairwiseFigure: each button shows every pair's measure, from zero on", async () => {
  const figure = pairwiseFigure([...pairs, ...pairs.flatMap((run) => syntheticLadder(run, [0.55, 0.6]))]);
  const off = [0, 0.5, 0.6];
  for (const [m, button] of buttonsOf(figure).entries()) {
    const [cells, ...more] = seen(await pressed(figure, ["update", button]));
    assert.equal(more.length, 0);
    const values = (cells.z as number[][]).flat().filter((value) => value !== null);
    near(values.toSorted(), pairs.map(({ result }) => result.accuracy.value - off[m]).toSorted(), 1e-9);
    assert.deepEqual([cells.zmin, cells.zmax], m === 0 ? [0.5, 1] : [0, 0.5]);
  }
});

Deno.test("a still picture has no controls and none of their room; its words are of what is seen first", () => {
  const plain = confusionFigure(triples[0]);
  assert.deepEqual(withoutControls(confusionMenu(triples)), plain);
  const figure = combinationsFigure(ladder);
  const still = withoutControls(figure);
  assert.deepEqual([still.layout.updatemenus, still.layout.sliders], [undefined, undefined]);
  const [whole, left] = [figure, still].map(({ layout }) => {
    const { t, b } = layout.margin as Record<string, number>;
    return { room: t + b, plot: (layout.height as number) - t - b };
  });
  assert.equal(whole.plot, left.plot);
  assert.ok(whole.room > left.room);
  assert.equal(figureText(figure).match(/^ours, 95% interval/gm)?.length, 20);
});

Deno.test("confusionMenu: the room of its menu is kept whatever is chosen", () => {
  const figure = confusionMenu(records);
  for (const [i, { args: [, changed] }] of buttonsOf(figure).entries()) {
    const grown = (figure.layout.height as number) - (confusionFigure(records[0]).layout.height as number);
    const own = confusionFigure(records[i]).layout.height as number;
    assert.equal((changed as PlotlyLayout).height, own + grown);
  }
});

Deno.test("featureMapFigure: a button puts pictures in the places of their rows, apart from each other", async () => {
  for (const axes of [undefined, ["PC 1", "PC 2"] as [string, string]]) {
    const rows = picturedRows({ ...featureMap, axes });
    assert.ok(rows.length > 20 && rows.length <= 240 && new Set(rows).size === rows.length);
    const pictures = rows.map((row) => ({ row, source: `data:image/png;base64,${row}` }));
    const figure = featureMapFigure({ ...featureMap, axes, pictures });
    assert.equal(figure.layout.images, undefined);
    const [points, some] = buttonsOf(figure);
    const shown = await pressed(figure, ["update", some]);
    const images = shown.layout.images as Record<"x" | "y" | "sizex" | "sizey" | "source", number>[];
    images.forEach((image, i) => {
      const { points } = featureMap;
      assert.deepEqual([image.x, image.y], [points[2 * rows[i]], points[2 * rows[i] + 1]]);
      assert.equal(image.source, pictures[i].source);
      images.slice(0, i).forEach(({ x, y, sizex, sizey }) =>
        assert.ok(Math.abs(x - image.x) >= 0.7 * sizex || Math.abs(y - image.y) >= 0.7 * sizey)
      );
    });
    const back = await pressed(figure, ["update", some], ["update", points]);
    assert.deepEqual(back.layout.images, []);
    const opacity = ({ marker }: Trace) => (marker as { opacity: number }).opacity;
    assert.deepEqual(back.data.map(opacity), figure.data.map(opacity));
  }
});

Deno.test("featureMapFigure: no pictures, no buttons; a picture of a row that is not there is refused", () => {
  assert.equal(featureMapFigure(featureMap).layout.updatemenus, undefined);
  assert.throws(
    () => featureMapFigure({ ...featureMap, pictures: [{ row: 120, source: "" }] }),
    /a picture is of row 120; there are 120/i,
  );
});
