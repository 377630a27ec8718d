/** Rules that every kind of experiment keeps. */
import assert from "node:assert/strict";
import { besideModule } from "~/disk/mod.ts";
import {
  type AnyExperiment,
  audit,
  baseline,
  checkExperiment,
  fineTuning,
  hashOf,
  type Preset,
  presets,
  pretraining,
  probe,
  taskOf,
  trivialsOf,
} from "../../src/experiments/mod.ts";

/** An experiment of each kind at a preset's scale, in the order of their list. A new kind is added here. */
function everyKind(preset: Preset): AnyExperiment[] {
  const classifier = baseline({ datasets: ["tabler", "phosphor", "mdi"], preset });
  const mae = { from: "pretraining", experiment: pretraining({ datasets: ["tabler"], preset }) } as const;
  const task = taskOf(classifier);
  return [
    classifier,
    mae.experiment,
    probe({ features: mae, task, preset }),
    fineTuning({ start: mae, task, preset }),
    trivialsOf(classifier)[0],
    audit({ datasets: ["tabler", "phosphor"], preset }),
  ];
}

for (const preset of presets) {
  Deno.test(`at the preset "${preset}" every kind is sound, serialisable, and has a hash of its own`, () => {
    const experiments = everyKind(preset);
    for (const experiment of experiments) {
      assert.deepEqual(checkExperiment(experiment), experiment);
      assert.equal(hashOf(JSON.parse(JSON.stringify(experiment))), hashOf(experiment));
      assert.notEqual(hashOf({ ...experiment, seed: 1 }), hashOf(experiment));
    }
    assert.equal(new Set(experiments.map((experiment) => hashOf(experiment))).size, experiments.length);
  });
}

Deno.test("an experiment that says no kind, or an unknown one, is refused with the known kinds", () => {
  const { kind: _, ...none } = baseline({ datasets: ["tabler", "phosphor"], preset: "smoke" });
  const known = `Known kinds: ${everyKind("smoke").map(({ kind }) => kind).join(", ")}.`;
  for (const experiment of [none, { ...none, kind: "toString" }, null, 3]) {
    assert.throws(() => checkExperiment(experiment), ({ message }: Error) => message.endsWith(known));
  }
});

Deno.test("nothing but the list of kinds imports how one is executed", () => {
  const room = besideModule(import.meta.url, "../../src/experiments/");
  const importers = filesIn(room).filter((path) =>
    /from "[^"]*execute\.ts"/.test(Deno.readTextFileSync(path))
  );
  assert.deepEqual(importers.map((path) => path.slice(room.length)), ["kinds.ts"]);
});

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    return isDirectory ? filesIn(path) : [path];
  });
}
