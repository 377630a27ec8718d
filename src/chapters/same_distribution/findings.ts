/** What the figures of Appendix B show, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  besideChance,
  changeInWords,
  differenceOf,
  formatAccuracy,
  inSentences,
  pooledAccuracy,
} from "../../paper/mod.ts";
import { binomialPowers } from "../../stats/mod.ts";
import { pairName, pairsAlike, runsAtEnd } from "./records.ts";

/** Where each pair is beside chance at its most training images: another release first, then the controls. */
export function alikeFinding(records: readonly RunRecord[]): string {
  const said = (likeness: "releases" | "splits" | "halves") =>
    pairsAlike(records, likeness).map((all) => endInWords(runsAtEnd(all, "most")));
  const sentences = [...said("releases"), ...said("splits"), ...said("halves")];
  return inSentences(
    ...(sentences.length > 0 ? sentences : ["no pair of sets that were meant to be alike was run"]),
  );
}

function endInWords(runs: readonly RunRecord[]): string {
  const accuracy = pooledAccuracy(runs);
  return `the pair ${pairName(runs[0])} is at ${formatAccuracy(accuracy)}, ${
    besideChance(accuracy, runs[0].result.chance)
  }`;
}

/** How the accuracy of each pair changes from its fewest training images to its most, and where that is. */
export function moreImagesFinding(records: readonly RunRecord[]): string {
  const pairs = (["releases", "splits", "halves"] as const).flatMap((likeness) =>
    pairsAlike(records, likeness)
  );
  return inSentences(...pairs.flatMap((all) => {
    const [fewest, most] = [runsAtEnd(all, "fewest"), runsAtEnd(all, "most")];
    const [from, to] = [fewest, most].map(([{ experiment }]) => experiment.imagesPerDataset);
    if (from === to) return [`${endInWords(most)}, with ${to} images each, which alone were run`];
    const accuracy = pooledAccuracy(most);
    return [
      `the pair ${pairName(most[0])} ${
        changeInWords(differenceOf(most, fewest), `from ${from} to ${to} images each`)
      }`,
      `it ends at ${formatAccuracy(accuracy)}, ${besideChance(accuracy, most[0].result.chance)}`,
    ];
  }));
}

/**
 * Which of several effects the validation images that there are would have shown.
 *
 * @param options.effects How far above chance the true accuracy is, [0, 1], the smallest first.
 * @param options.n Number of validation images.
 * @param options.power The power that is asked for. Default 0.8.
 */
export function powerFinding(
  { chance, effects, n, power = 0.8 }: {
    chance: number;
    effects: readonly number[];
    n: number;
    power?: number;
  },
): string {
  const powers = effects.map((effect) => binomialPowers({ chance, effect }, n)[n]);
  const points = (effect: number) => `${Number((100 * effect).toFixed(1))}`;
  const percent = (share: number) => share > 0.995 ? "over 99%" : `${Math.round(100 * share)}%`;
  const found = effects.filter((_, i) => powers[i] >= power);
  return inSentences(
    `with ${n} validation images an effect is found, by its points above chance: ${
      effects.map((effect, i) => `${points(effect)} in ${percent(powers[i])} of cases`).join(", ")
    }`,
    found.length === 0
      ? `none of these effects is found in ${percent(power)} of cases`
      : `the smallest that is found in ${percent(power)} or more has ${points(found[0])} points`,
  );
}
