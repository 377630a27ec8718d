/** What Figure 5's figure shows, in sentences. */
import { besideChance, formatP, inSentences } from "../../paper/mod.ts";
import { formatProportion, mcnemar, type Outcomes } from "../../stats/mod.ts";
import { networkScore, personScore, type PlayedGame } from "./records.ts";

/** Where the network and the person are beside chance, and, image by image, beside each other. */
export function userStudyFinding(games: readonly PlayedGame[]): string {
  if (games.length === 0) return inSentences("no game was drawn");
  const chance = 1 / games[0].datasets.length;
  const [network, person] = [networkScore(games), personScore(games)];
  return inSentences(
    `the network names ${formatProportion(network)}, ${besideChance(network, chance)}`,
    person
      ? `you name ${formatProportion(person)}, ${besideChance(person, chance)}`
      : "nobody has played yet",
    person && comparison(games),
  );
}

/** By McNemar's exact test, at 5%. */
function comparison(games: readonly PlayedGame[]): string {
  const answers = games.flatMap((game) => game.answers);
  const outcomes = (who: "said" | "network"): Outcomes => ({
    images: answers.map((_, i) => `${i}`),
    right: answers.map((answer) => answer[who] === answer.truth),
  });
  const pair = [outcomes("network"), outcomes("said")] as const;
  const { p: above, onlyFirst, onlySecond } = mcnemar(...pair);
  const { p: below } = mcnemar(...pair, "less");
  const order = above < 0.05 ? "above you" : below < 0.05 ? "below you" : "not clear of you";
  return `the network alone is right on ${onlyFirst} images and you alone on ${onlySecond}: it is ${order}, ${
    formatP(Math.min(above, below))
  }`;
}
