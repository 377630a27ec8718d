/** Figure 5: the user study. */
import {
  AT_CHANCE,
  type Claim,
  type Evidence,
  figure5,
  inPoints,
  onceRun,
  pooledCounts,
  table2,
} from "../../paper/mod.ts";
import {
  binomialTest,
  formatPercent,
  formatProportion,
  mcnemar,
  type Outcomes,
  type Proportion,
} from "../../stats/mod.ts";
import { networkScore, personScore, type PlayedGame } from "./records.ts";

/** Answers below which a person's share says next to nothing: the interval is over 40 points wide. */
const LEAST_ANSWERS = 20;

const people =
  `${figure5.meanPercent}% on average, ${figure5.medianPercent}% in the median, of ${figure5.people} people`;
const paperNetwork = table2.rows[0];

const onceDrawn = onceRun(
  (games: readonly PlayedGame[]) => games,
  ({ length }) => length === 0 ? "no game was drawn: its network has not been trained" : undefined,
);

const oncePlayed = onceRun((games: readonly PlayedGame[]) => games, (games) => {
  const answers = games.reduce((sum, game) => sum + game.answers.length, 0);
  if (answers === 0) return "nobody has played yet: play above, or by deno task play";
  if (answers >= LEAST_ANSWERS) return undefined;
  return `${answers} answers so far; ${LEAST_ANSWERS} or more are needed: play on above`;
});

/** The claims of Figure 5, checked by notebook 10 on the games that its reader has played. */
export const userStudyClaims: readonly Claim<PlayedGame>[] = [
  {
    id: "network-above-chance-where-people-play",
    statement: "The network tells apart the very images that people are asked about.",
    source: `${figure5.source}, ${table2.source}`,
    paper: `${paperNetwork.percent}% (${paperNetwork.name}, all validation images; chance 33.3%)`,
    test: onceDrawn(networkAboveChance),
  },
  {
    id: "people-above-chance",
    statement: "People do better than chance.",
    source: figure5.source,
    paper: `${people} (chance 33.3%)`,
    test: oncePlayed(personAboveChance),
  },
  {
    id: "people-below-network",
    statement: "People stay below the network on the same images.",
    source: figure5.source,
    paper: `${people}; the network ${paperNetwork.percent}%`,
    test: oncePlayed(personBelowNetwork),
  },
];

/** On all images that the games ask about, however many of them a person has come to. */
function networkAboveChance(games: readonly PlayedGame[]): Evidence {
  const score = pooledCounts(games.map(({ network }) => network));
  return againstChance(formatProportion(score), games, score);
}

function personAboveChance(games: readonly PlayedGame[]): Evidence {
  const score = personScore(games)!;
  return againstChance(`you: ${formatProportion(score)}`, games, score, "one person, ");
}

/** No image is asked twice, so the answers are independent and the binomial test is exact. */
function againstChance(ours: string, games: readonly PlayedGame[], score: Proportion, who = ""): Evidence {
  const chance = 1 / games[0].datasets.length;
  return {
    ours,
    reason: `${who}exact binomial tests against chance, ${formatPercent(chance)}, and against ` +
      `${inPoints(AT_CHANCE)} above it, which is no more than chance`,
    shown: binomialTest(score, chance).p,
    refuted: binomialTest(score, chance + AT_CHANCE, "less").p,
  };
}

/** Of the images that both saw, those count on which just one was right. */
function personBelowNetwork(games: readonly PlayedGame[]): Evidence {
  const answers = games.flatMap((game) => game.answers);
  const rightOf = (who: "said" | "network"): Outcomes => ({
    images: answers.map((_, i) => `${i}`),
    right: answers.map((answer) => answer[who] === answer.truth),
  });
  const [network, person] = [rightOf("network"), rightOf("said")];
  const { p, onlyFirst, onlySecond } = mcnemar(network, person);
  return {
    ours: `you ${formatPercent(personScore(games)!.value)}, the network ${
      formatProportion(networkScore(games))
    }`,
    reason:
      `one person, McNemar's exact test, ${onlyFirst} images that only the network named, ${onlySecond} that ` +
      "only you did",
    shown: p,
    refuted: mcnemar(network, person, "less").p,
  };
}
