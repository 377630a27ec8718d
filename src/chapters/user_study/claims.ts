/** Figure 5: the user study. */
import {
  ALPHA,
  type Claim,
  type ClaimOutcome,
  figure5,
  formatP,
  isAtChance,
  onceRun,
  table2,
  verdictOf,
} from "../../paper/mod.ts";
import { binomialTest, formatPercent, formatProportion } from "../../stats/mod.ts";
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

function networkAboveChance(games: readonly PlayedGame[]): ClaimOutcome {
  const score = networkScore(games);
  const chance = 1 / games[0].datasets.length;
  const { p } = binomialTest(score, chance);
  return {
    ours: formatProportion(score),
    verdict: verdictOf(p < ALPHA, isAtChance({ accuracy: score, chance })),
    reason: `exact binomial test against chance, ${formatPercent(chance)}: ${formatP(p)}`,
  };
}

function personAboveChance(games: readonly PlayedGame[]): ClaimOutcome {
  const score = personScore(games)!;
  const chance = 1 / games[0].datasets.length;
  const { p } = binomialTest(score, chance);
  return {
    ours: `you: ${formatProportion(score)}`,
    verdict: verdictOf(p < ALPHA, isAtChance({ accuracy: score, chance })),
    reason: `one person, exact binomial test against chance, ${formatPercent(chance)}: ${formatP(p)}`,
  };
}

/** McNemar's exact test: of the images that both saw, those count on which just one was right. */
function personBelowNetwork(games: readonly PlayedGame[]): ClaimOutcome {
  const { person, network } = disagreements(games);
  const ours = `you ${formatPercent(personScore(games)!.value)}, the network ${
    formatProportion(networkScore(games))
  }`;
  const counts = `${network} images that only the network named, ${person} that only you did`;
  if (person + network === 0) {
    return { ours, verdict: "not shown at this scale", reason: `${counts}: nothing to tell them apart by` };
  }
  const exact = (correct: number) => binomialTest({ correct, n: person + network }, 0.5).p;
  return {
    ours,
    verdict: verdictOf(exact(network) < ALPHA, exact(person) < ALPHA),
    reason: `one person, McNemar's exact test, ${counts}: ${formatP(exact(network))}`,
  };
}

/** The images that one of the two named and the other did not: what McNemar's test counts. */
function disagreements(games: readonly PlayedGame[]): { person: number; network: number } {
  const answers = games.flatMap((game) => game.answers);
  const only = (right: "said" | "network", wrong: "said" | "network") =>
    answers.filter((answer) => answer[right] === answer.truth && answer[wrong] !== answer.truth).length;
  return { person: only("said", "network"), network: only("network", "said") };
}
