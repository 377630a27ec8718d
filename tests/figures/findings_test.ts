import assert from "node:assert/strict";
import { confusionFinding, featureMapFinding, learningFinding } from "../../src/figures/mod.ts";
import { featureMap } from "../made/figures/examples.ts";
import { ICONS, syntheticRecord } from "../made/paper/records.ts";

const three = ICONS.slice(0, 3);

Deno.test("learningFinding: runs that learn early, late and not at all", () => {
  const early = syntheticRecord({ datasets: three, accuracy: 0.8 });
  const late = syntheticRecord({ datasets: three, accuracy: 0.7, course: (epoch, epochs) => epoch / epochs });
  const never = syntheticRecord({ datasets: three, accuracy: 0.34 });
  const said = learningFinding([early, late, never], () => "x");
  assert.match(said, /^The intervals of 2 of 3 runs lie above chance, 33\.3%, after the last epoch\. /);
  assert.match(
    said,
    / 1 of these 2 has nine tenths .* a quarter of the epochs\. The lowest, x, ends at 34\.0%/,
  );
  assert.doesNotMatch(learningFinding([never]), /nine tenths/);
  const short = syntheticRecord({ datasets: three, accuracy: 0.8, epochs: 2 });
  assert.match(learningFinding([short]), / 2 epochs are too few to say/);
});

Deno.test("confusionFinding: the least recall beside chance, and the most frequent confusion or none", () => {
  const record = syntheticRecord({ datasets: three, accuracy: 0.5 });
  assert.match(
    confusionFinding(record),
    /^The least recognised of 3, tabler, is named in 50\.0% \[.*\], n = 500, above chance, 33\.3%\. /,
  );
  assert.match(confusionFinding(record), /The most frequent confusion is tabler called phosphor: 25\.0% \[/);
  const perfect = confusionFinding(syntheticRecord({ datasets: three, accuracy: 1 }));
  assert.match(perfect, /No image is taken for one of another dataset\.$/);
  assert.match(confusionFinding(syntheticRecord({ datasets: three, accuracy: 0.32 })), /not clear of chance/);
});

Deno.test("featureMapFinding: colors that keep to themselves, and colors that are mixed", () => {
  assert.match(featureMapFinding(featureMap), /of the same dataset in .*, n = 120, above chance, 32\.8%\.$/);
  const line = Array.from({ length: 120 }, (_, i) => [i, 0]).flat();
  const mixed = { ...featureMap, points: line, areClasses: true };
  assert.match(featureMapFinding(mixed), /of the same class in 0\.0% .*, below chance/);
  // Each point's nearest is the one before it or, for the first of a pair, the one after: a third agree.
  const pairs = Array.from({ length: 120 }, (_, i) => [10 * Math.floor(i / 2) + i % 2, 0]).flat();
  const labels = Array.from({ length: 120 }, (_, i) => Math.floor(i / 2) % 3 === 0 ? 0 : 1 + i % 2);
  assert.match(featureMapFinding({ ...featureMap, points: pairs, labels }), /not clear of chance/);
});
