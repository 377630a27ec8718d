import { binomialTest, formatProportion } from "../stats/mod.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { figure5, table2 } from "./tables.ts";
import { disagreements, networkScore, personScore, type PlayedGame } from "./user_study.ts";
import { ALPHA, formatP, NEGLIGIBLE, percent, verdictOf } from "./verdict.ts";

/** Answers below which a person's share says next to nothing: the interval is over 40 points wide. */
const LEAST_ANSWERS = 20;

const people =
  `${figure5.meanPercent}% on average, ${figure5.medianPercent}% in the median, of ${figure5.people} people`;
const paperNetwork = table2.rows[0];

/** The claims of Figure 5, checked by notebook 10 on the games that its reader has played. */
export const userStudyClaims: readonly Claim<PlayedGame>[] = [
  {
    id: "network-above-chance-where-people-play",
    statement: "The network tells apart the very images that people are asked about.",
    source: `${figure5.source}, ${table2.source}`,
    paper: `${paperNetwork.percent}% (${paperNetwork.name}, all validation images; chance 33.3%)`,
    test: networkAboveChance,
  },
  {
    id: "people-above-chance",
    statement: "People do better than chance.",
    source: figure5.source,
    paper: `${people} (chance 33.3%)`,
    test: personAboveChance,
  },
  {
    id: "people-below-network",
    statement: "People stay below the network on the same images.",
    source: figure5.source,
    paper: `${people}; the network ${paperNetwork.percent}%`,
    test: personBelowNetwork,
  },
];

function networkAboveChance(games: readonly PlayedGame[]): Outcome {
  if (games.length === 0) return notRun("no game was drawn: its network has not been trained");
  const score = networkScore(games);
  const chance = 1 / games[0].datasets.length;
  const { p } = binomialTest(score, chance);
  return {
    ours: formatProportion(score),
    verdict: verdictOf(p < ALPHA, score.high < chance + NEGLIGIBLE),
    reason: `exact binomial test against chance, ${percent(chance)}: ${formatP(p)}`,
  };
}

/** Says what is missing while too little was played. */
function tooFew(games: readonly PlayedGame[]): Outcome | undefined {
  const answers = games.reduce((sum, game) => sum + game.answers.length, 0);
  if (answers === 0) return notRun("nobody has played yet: play above, or by deno task play");
  if (answers >= LEAST_ANSWERS) return undefined;
  return notRun(`${answers} answers so far; ${LEAST_ANSWERS} or more are needed: play on above`);
}

function personAboveChance(games: readonly PlayedGame[]): Outcome {
  const missing = tooFew(games);
  if (missing) return missing;
  const score = personScore(games)!;
  const chance = 1 / games[0].datasets.length;
  const { p } = binomialTest(score, chance);
  return {
    ours: `you: ${formatProportion(score)}`,
    verdict: verdictOf(p < ALPHA, score.high < chance + NEGLIGIBLE),
    reason: `one person, exact binomial test against chance, ${percent(chance)}: ${formatP(p)}`,
  };
}

/** Both saw the same images, so only those count on which one was right and the other wrong (McNemar's exact test). */
function personBelowNetwork(games: readonly PlayedGame[]): Outcome {
  const missing = tooFew(games);
  if (missing) return missing;
  const { person, network } = disagreements(games);
  const ours = `you ${percent(personScore(games)!.value)}, the network ${
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
