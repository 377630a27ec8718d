import assert from "node:assert/strict";
import {
  duration,
  logTarget,
  notebookTarget,
  ProgressHistory,
  progressHtml,
  progressText,
  progressView,
  shareDone,
  terminalTarget,
} from "../../src/notebook/progress.ts";
import type { RunProgress } from "../../src/experiments/mod.ts";
import { syntheticRecord } from "../made/paper/records.ts";
import { RUN_EVENTS } from "../made/notebook/examples.ts";

const train = (done: number, more: Partial<RunProgress> = {}): RunProgress => ({
  phase: "train",
  label: "a + b",
  done,
  total: 100,
  ...more,
});

/** A run of a sweep that was on record. */
const recorded = (index: number, of: number, byOtherCode = false): RunProgress => ({
  phase: "record",
  label: "a + b",
  done: 1,
  total: 1,
  byOtherCode,
  position: { index, of },
});

function stateAfter(events: RunProgress[], secondsEach: number, ending?: string) {
  const history = new ProgressHistory();
  events.forEach((event, i) => history.add(event, 1000 * secondsEach * i));
  const state = history.state(1000 * secondsEach * (events.length - 1), ending);
  assert.ok(state);
  return state;
}

Deno.test("progress: time left follows the pace so far, over all runs of a sweep", () => {
  assert.equal(stateAfter([train(0), train(25)], 10).left, 30);
  const second = { index: 2, of: 4 };
  const first = { index: 1, of: 4 };
  const { left } = stateAfter([train(0, { position: first }), train(0, { position: second })], 60);
  assert.equal(left, 180);
  assert.equal(stateAfter([train(0)], 1).left, undefined);
});

Deno.test("progress: runs that were on record don't speed up the pace", () => {
  // The first to be trained is the ninth of ten: half of it took a minute, so one run and a half are left.
  const events = [
    train(0, { position: { index: 9, of: 10 } }),
    train(50, { position: { index: 9, of: 10 } }),
  ];
  const { left } = stateAfter(events, 60);
  assert.ok(left && Math.abs(left - 180) < 1e-6);
});

Deno.test("progress: nor do runs that were on record in between", () => {
  const at = (index: number) => ({ position: { index, of: 4 } });
  const events = [train(0, at(1)), train(100, at(1)), recorded(2, 4), recorded(3, 4), train(0, at(4))];
  // The first took 40 s, as the last is going to; reading took none.
  const history = new ProgressHistory();
  events.forEach((event, i) => history.add(event, i === 0 ? 0 : 40_000));
  assert.equal(history.state(40_000)?.left, 40);
});

Deno.test("progress: a sweep says at its end how many runs were read back", () => {
  const sweep = (read: number, of: number, other = 0) => [
    ...Array.from({ length: read }, (_, i) => recorded(i + 1, of, i < other)),
    ...Array.from({ length: of - read }, (_, i) => train(100, { position: { index: read + i + 1, of } })),
  ];
  const ending = (events: RunProgress[], how = "done") => progressText(stateAfter(events, 10, how));
  assert.equal(ending(sweep(12, 12)), "12 of 12 runs read back");
  assert.equal(ending(sweep(1, 1)), "1 of 1 run read back");
  assert.equal(ending(sweep(3, 12)), "3 of 12 runs read back, 9 run in 1 min 20 s");
  assert.equal(ending(sweep(0, 2)), "done: 2 of 2 runs, 10 s");
  assert.equal(ending(sweep(12, 12, 2)), "12 of 12 runs read back (2 made by other code)");
  const stopped = ending(sweep(3, 12).slice(0, 5), "interrupted");
  assert.equal(stopped, "interrupted while training on a + b (5 of 12), 3 read back, 10 s");
  const { position: _, ...alone } = recorded(1, 1);
  assert.equal(ending([alone]), "1 of 1 run read back");
});

Deno.test("progress: a run that reads back another one that it needs counts as trained", () => {
  const needing = [recorded(1, 2), recorded(2, 2), train(100, { position: { index: 2, of: 2 } })];
  assert.equal(
    progressText(stateAfter(needing, 10, "done")),
    "1 of 2 runs read back, 1 run in 0 s",
  );
});

Deno.test("progressView: a sweep that is read back is shown, in a notebook and on a terminal", async () => {
  const sent: string[] = [];
  const kernel = {
    broadcast: (_: string, content: unknown) => Promise.resolve(void sent.push(JSON.stringify(content))),
  };
  let written = "";
  const targets = [notebookTarget(kernel), terminalTarget((text) => written += text, () => 80)];
  for (const target of targets) {
    const view = progressView(target, () => 0);
    view.update(recorded(1, 2));
    view.update(recorded(2, 2));
    await view.finish();
  }
  assert.match(sent.at(-1)!, /"text\/plain":"2 of 2 runs read back"/);
  assert.match(sent.at(-1)!, /"text\/html":"[^]*2 of 2 runs read back/);
  assert.ok(written.endsWith("2 of 2 runs read back\n"));
});

Deno.test("progress: the time in which data were made tells nothing of how long training takes", () => {
  const one = (phase: "data" | "train", done: number, position?: RunProgress["position"]) => ({
    ...train(done, { position }),
    phase,
  });
  for (const position of [undefined, { index: 1, of: 1 }]) {
    const history = new ProgressHistory();
    history.add(one("data", 1, position), 0);
    history.add(one("data", 100, position), 600_000);
    assert.equal(history.state(600_000)?.left, undefined);
    history.add(one("train", 0, position), 600_000);
    history.add(one("train", 10, position), 606_000);
    const { left, elapsed } = history.state(606_000)!;
    assert.ok(left && Math.abs(left - 54) < 1e-6, `${left} s left`);
    assert.equal(elapsed, 606);
  }
});

Deno.test("progress: each phase of a single run has its own pace, and none has 0 s left before the end", () => {
  const reading = (done: number): RunProgress => ({ ...train(done), phase: "features" });
  assert.equal(stateAfter([train(0), train(50), train(100), reading(0), reading(50)], 10).left, 10);
  assert.equal(stateAfter([reading(0), reading(100), reading(0), reading(50)], 10).left, 10);
  assert.doesNotMatch(progressText(stateAfter([reading(0), reading(100)], 10)), /left/);
});

Deno.test("progress: audits, which train nothing, are not done when they begin", () => {
  const at = (index: number): RunProgress => ({
    ...train(1, { position: { index, of: 2 } }),
    phase: "features",
  });
  assert.equal(stateAfter([at(1)], 10).share, 0);
  const second = stateAfter([at(1), at(2)], 10);
  assert.deepEqual([second.share, second.left], [0.5, 10]);
  assert.match(progressHtml(second), /aria-valuenow="50"/);
  assert.equal(stateAfter([train(100, { position: { index: 2, of: 2 } }), at(2)], 10).share, 1);
});

Deno.test("progress: more images than were announced are all of them", () => {
  const more: RunProgress = { ...train(104), phase: "data" };
  assert.equal(progressText(stateAfter([more], 1)), "preparing a + b 100.0%");
});

Deno.test("progress: making data doesn't count as training", () => {
  const position = { index: 2, of: 4 };
  assert.equal(shareDone({ ...train(50), phase: "data", position }), 0.25);
  assert.equal(shareDone(train(50, { position })), 0.375);
  assert.equal(shareDone({ ...train(0), total: 0 }), 0);
});

Deno.test("progress: of three datasets of which the second alone was missing, all are there at the end", () => {
  const making: RunProgress = {
    ...train(100, { position: { index: 2, of: 3 } }),
    phase: "data",
    label: "mdi",
  };
  assert.equal(progressText(stateAfter([making], 5, "done")), "done: 3 of 3 datasets, 0 s");
  assert.equal(progressText(stateAfter([making], 5, "failed")), "failed while preparing mdi (2 of 3), 0 s");
});

Deno.test("progressText: what, where, how fast, how long", () => {
  const position = { index: 3, of: 23 };
  const events = [train(0, { position }), train(50, { position, imagesPerSecond: 412.3 })];
  const text = progressText(stateAfter(events, 1));
  assert.match(text, /^training on a \+ b \(3 of 23\) 50.0%, 412 images\/s, 41 s left$/);
  assert.equal(
    progressText(stateAfter(events, 65, "interrupted")),
    "interrupted while training on a + b (3 of 23), 1 min 5 s",
  );
  const waiting = [train(0), train(50, { imagesPerSecond: 412.3, inputWait: 0.0042 })];
  assert.match(progressText(stateAfter(waiting, 1)), /, 412 images\/s, input wait 0.4%, 1 s left$/);
  const [line] = syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 1 }).epochs;
  const ended = [...waiting, train(60, { line: { ...line, trainSeconds: 10, inputWait: 0.012 } })];
  assert.match(progressText(stateAfter(ended, 1)), /412 images\/s, input wait 0.4%/);
  assert.equal(progressText(stateAfter(ended, 1, "done")), "done: a + b, 2 s, input wait 1.2%");
  assert.deepEqual([8.4, 130, 3900].map(duration), ["8 s", "2 min 10 s", "1 h 5 min"]);
});

Deno.test("progress: what a probe does is named, and comes after its training", () => {
  const position = { index: 2, of: 4 };
  const features: RunProgress = { ...train(10, { position }), phase: "features" };
  assert.equal(shareDone(features), 0.5);
  assert.match(progressText(stateAfter([features], 1)), /^taking features of a \+ b \(2 of 4\) 10.0%/);
  assert.match(progressText(stateAfter([{ ...features, phase: "probe" }], 1)), /^probing a \+ b/);
});

/** The picture of a progress, which stands in the page as an image. */
function pictureOf(html: string): string {
  const [, picture] = /<img [^>]*src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)!;
  return atob(picture);
}

/** Curves in the picture of a progress. */
const linesOf = (html: string) => pictureOf(html).match(/<polyline/g)!.length;

Deno.test("progressHtml: a pre-training has a curve of its loss, and none of an accuracy that it has not", () => {
  const lines = syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 3 }).epochs
    .map(({ validation: _, validationLoss: __, ...pace }) => pace);
  const html = progressHtml(stateAfter(lines.map((line) => train(line.step, { line })), 1));
  assert.equal(linesOf(html), 1);
  assert.doesNotMatch(html, /NaN|undefined|validation accuracy [\d]/);
  assert.match(html, /epoch 3: training loss/);
});

Deno.test("progressHtml: runs of one label, as of several seeds, have a curve each", () => {
  const { epochs } = syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 3 });
  const events = [1, 2, 3].flatMap((index) =>
    epochs.map((line) => train(line.step, { line, position: { index, of: 3 } }))
  );
  assert.equal(linesOf(progressHtml(stateAfter(events, 1))), 2 * 3);
});

Deno.test("progressHtml: a run of one epoch is a dot, also when the next one has begun", () => {
  const { epochs: [line] } = syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 1 });
  const events = [1, 2, 3].map((index) => train(100, { line, position: { index, of: 3 } }));
  assert.equal(pictureOf(progressHtml(stateAfter(events, 1))).match(/<circle/g)!.length, 2 * 3);
});

Deno.test("progressHtml: a loss of nothing is at the foot, and no other run is drawn as the current one", () => {
  const { epochs } = syntheticRecord({ datasets: ["a", "b"], accuracy: 0.8, epochs: 2 });
  const trained = epochs.map((line) => train(line.step, { line, position: { index: 1, of: 2 } }));
  const alone = epochs.map(({ validation: _, validationLoss: __, ...pace }) => ({ ...pace, trainLoss: 0 }));
  const pretrained = alone.map((line) => train(line.step, { line, position: { index: 2, of: 2 } }));
  assert.doesNotMatch(pictureOf(progressHtml(stateAfter(pretrained, 1))), /NaN/);
  const both = pictureOf(progressHtml(stateAfter([...trained, ...pretrained], 1)));
  assert.equal(both.match(/stroke-width="2"/g)!.length, 1, "the pre-training has no accuracy");
});

Deno.test("progressHtml: names are escaped, and the final state is small", () => {
  const html = progressHtml(stateAfter(RUN_EVENTS, 1));
  assert.match(html, /remix \+ &lt;b&gt;/);
  assert.doesNotMatch(html, /<b>/);
  assert.equal(linesOf(html), 4);
  const many = Array.from(
    { length: 23 },
    (_, run) =>
      RUN_EVENTS.map((event) => ({
        ...event,
        label: `${event.label} ${run}`,
        position: { index: run + 1, of: 23 },
      })),
  );
  assert.ok(progressHtml(stateAfter(many.flat(), 1, "done")).length < 25_000);
});

Deno.test("progressView: in a notebook one output that is updated, a few times a second, and the end is drawn", async () => {
  const sent: { type: string; content: Record<string, unknown> }[] = [];
  const kernel = {
    broadcast: (type: string, content: Record<string, unknown>) =>
      Promise.resolve(void sent.push({ type, content })),
  };
  let now = 0;
  const view = progressView(notebookTarget(kernel), () => now);
  for (let step = 0; step <= 1000; step++) {
    now += 10;
    view.update(train(step / 10));
  }
  await view.finish();
  assert.equal(sent[0].type, "display_data");
  assert.ok(sent.slice(1).every(({ type }) => type === "update_display_data"));
  assert.equal(new Set(sent.map(({ content }) => JSON.stringify(content.transient))).size, 1);
  assert.ok(sent.length >= 38 && sent.length <= 42, `${sent.length} drawings in 10 s`);
  assert.match(JSON.stringify(sent[sent.length - 1].content.data), /done: a \+ b, 10 s/);
});

Deno.test("progressView: nothing is drawn where nothing happened", async () => {
  const view = progressView({ interval: 0, draw: () => assert.fail("drawn") });
  await view.finish();
});

Deno.test("progressView: a front end that is gone doesn't end the training", async () => {
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (message) => warnings.push(message);
  try {
    const view = progressView({ interval: 0, draw: () => Promise.reject(new Error("gone")) });
    view.update(train(1));
    await view.finish();
  } finally {
    console.warn = warn;
  }
  assert.match(`${warnings[0]}`, /can't be shown: gone/);
});

Deno.test("progressView: a terminal's line is written again in place and never wraps", async () => {
  let written = "";
  const view = progressView(terminalTarget((text) => written += text, () => 40), () => 0);
  view.update(train(10, { label: "a very long name + another very long name + a third" }));
  await view.finish("interrupted");
  assert.equal(written.split("\r\x1b[2K").length, 3);
  assert.ok(written.endsWith("\n"));
  for (const line of written.split("\r\x1b[2K")) assert.ok(line.trimEnd().length < 40);
});

Deno.test("progressView: a log gets whole lines, now and then", async () => {
  let written = "";
  let now = 0;
  const view = progressView(logTarget((text) => written += text), () => now);
  for (const event of RUN_EVENTS) {
    view.update(event);
    now += 1000;
  }
  await view.finish();
  const lines = written.trimEnd().split("\n");
  assert.equal(lines.length, 3);
  assert.ok(!written.includes("\r") && !written.includes("\x1b"));
  assert.match(lines[2], /^done: 2 of 2 runs, 18 s; epoch 4/);
});
