import assert from "node:assert/strict";
import { userStudyFinding } from "../../src/chapters/user_study/findings.ts";
import { userStudyClaims } from "../../src/chapters/user_study/claims.ts";
import { userStudyFigure } from "../../src/chapters/user_study/figure.ts";
import { networkScore, personScore, type PlayedGame } from "../../src/chapters/user_study/records.ts";
import { figure5, testClaims } from "../../src/paper/mod.ts";
import { game } from "../made/figures/examples.ts";
import { named } from "../made/figures/traces.ts";
import { gameOf } from "../made/paper/played.ts";
import { outcomeOf } from "../made/paper/outcome.ts";

function outcome(id: string, games: PlayedGame[]) {
  return outcomeOf(userStudyClaims, id, games);
}

const NETWORK = "network-above-chance-where-people-play";
const CHANCE = "people-above-chance";
const BELOW = "people-below-network";

/** Answers in the numbers that the paper's averages would give. */
const likeThePaper = gameOf({ bothRight: 40, onlyPerson: 5, onlyNetwork: 45, bothWrong: 10 });

Deno.test("user study: people as the paper's make every claim hold", () => {
  const tested = testClaims(userStudyClaims, [likeThePaper]);
  assert.deepEqual(tested.map(({ verdict }) => verdict), Array(3).fill("holds"));
  assert.match(tested[1].ours, /^you: 45\.0% \[.*\], n = 100$/);
  assert.match(tested[2].ours, /^you 45\.0%, the network 85\.0% \[/);
});

Deno.test("user study: nothing is said of people who have not played, or hardly", () => {
  const unplayed = { ...likeThePaper, answers: [] };
  for (const id of [CHANCE, BELOW]) {
    const { ours, verdict, reason } = outcome(id, [unplayed]);
    assert.deepEqual([ours, verdict], ["–", "not shown at this scale"]);
    assert.match(reason, /nobody has played/);
    assert.match(outcome(id, [gameOf({ bothRight: 19 })]).reason, /19 answers so far; 20 or more/);
  }
  assert.equal(outcome(NETWORK, [unplayed]).verdict, "holds", "the network has played");
  for (const id of [NETWORK, CHANCE, BELOW]) assert.equal(outcome(id, []).verdict, "not shown at this scale");
});

Deno.test("people-above-chance: refuted by many answers at chance, open with few", () => {
  const share = (right: number, n: number) => gameOf({ bothRight: right, bothWrong: n - right });
  assert.equal(outcome(CHANCE, [share(330, 1000)]).verdict, "does not hold");
  assert.equal(outcome(CHANCE, [share(40, 100)]).verdict, "not shown at this scale");
  // One-sided exact binomial test at a third, as scipy's binomtest: 41 of 100 has p = 0.066, 42 has 0.043.
  assert.equal(outcome(CHANCE, [share(41, 100)]).verdict, "not shown at this scale");
  assert.equal(outcome(CHANCE, [share(42, 100)]).verdict, "holds");
  assert.equal(outcome(CHANCE, [share(21, 50), share(21, 50)]).verdict, "holds", "games count together");
});

Deno.test("people-below-network: only the images count that one of the two named", () => {
  const open = gameOf({ bothRight: 400, onlyPerson: 4, onlyNetwork: 8, bothWrong: 10 });
  assert.equal(outcome(BELOW, [open]).verdict, "not shown at this scale");
  assert.match(
    outcome(BELOW, [open]).reason,
    /8 images that only the network named, 4 that only you did; p = 0\.194 for it, p = 0\.927 against it$/,
  );
  const reversed = gameOf({ bothRight: 10, onlyPerson: 30, onlyNetwork: 8 });
  assert.equal(outcome(BELOW, [reversed]).verdict, "does not hold");
  assert.equal(outcome(BELOW, [gameOf({ bothRight: 30 })]).verdict, "not shown at this scale");
});

Deno.test("user study: three claims are not three chances", () => {
  // One by one: p = 0.043 that the person is above a third, and p = 0.033 that the network is ahead.
  const games = [gameOf({ bothRight: 40, onlyPerson: 2, onlyNetwork: 9, bothWrong: 49 })];
  assert.deepEqual([CHANCE, BELOW].map((id) => outcome(id, games).verdict), ["holds", "holds"]);
  const [network, ...people] = testClaims(userStudyClaims, games).map(({ verdict }) => verdict);
  assert.equal(network, "holds");
  assert.deepEqual(people, Array(2).fill("not shown at this scale"));
});

Deno.test("people-above-chance: what counts as no more than chance is said", () => {
  assert.match(
    outcome(CHANCE, [likeThePaper]).reason,
    /against 5\.0 points above it, which is no more than chance/,
  );
});

Deno.test("network-above-chance-where-people-play: refuted at chance, open with few images", () => {
  const unplayed = (correct: number, n: number) => ({
    ...likeThePaper,
    answers: [],
    network: { correct, n },
  });
  assert.equal(outcome(NETWORK, [unplayed(330, 1000)]).verdict, "does not hold");
  assert.equal(outcome(NETWORK, [unplayed(8, 20)]).verdict, "not shown at this scale");
  const begun = { ...gameOf({ onlyPerson: 1 }), network: { correct: 91, n: 100 } };
  assert.match(
    outcome(NETWORK, [begun]).ours,
    /^91\.0% .*, n = 100$/,
    "the old rule: one answer hid the rest",
  );
  assert.equal(outcome(NETWORK, [begun]).verdict, "holds");
});

Deno.test("user study: scores are on the images that were answered, over all games", () => {
  const part = { ...gameOf({ onlyPerson: 2, onlyNetwork: 6 }), network: { correct: 80, n: 100 } };
  assert.deepEqual([personScore([part])!.correct, networkScore([part]).correct, networkScore([part]).n], [
    2,
    6,
    8,
  ]);
  const whole = gameOf({ bothRight: 3 });
  assert.deepEqual([personScore([part, whole])!.correct, networkScore([part, whole]).n], [5, 11]);
  assert.equal(personScore([{ ...part, answers: [] }]), undefined);
  assert.equal(networkScore([{ ...part, answers: [] }]).n, 100);
});

Deno.test("userStudyFigure: the paper's people, and the reader beside the network on the same images", () => {
  const figure = userStudyFigure([game]);
  const [people] = named(figure, /people/);
  assert.equal((people.y as number[]).reduce((sum, users) => sum + users, 0), figure5.people);
  assert.deepEqual([named(figure, /^you/)[0].x, named(figure, /^the network/)[0].x], [[45], [83]]);
  const unplayed = userStudyFigure([{ ...game, answers: [] }]);
  assert.deepEqual([named(unplayed, /^you/), named(unplayed, /^the network/)[0].x], [[], [83]]);
  assert.throws(() => userStudyFigure([]), /no game was given/);
});

Deno.test("userStudyFinding: the network above the person, neither clear of the other, and nobody yet", () => {
  const game = gameOf({ bothRight: 40, onlyPerson: 5, onlyNetwork: 43, bothWrong: 12 });
  const found = userStudyFinding([game]);
  assert.match(
    found,
    /^The network names 83\.0% .*, above chance, 33\.3%\. You name 45\.0% .*, above chance, 33\.3%\. /,
  );
  assert.match(found, /right on 43 images and you alone on 5: it is above you, p < 0\.001\.$/);
  assert.match(
    userStudyFinding([gameOf({ onlyPerson: 5, onlyNetwork: 6 })]),
    /it is not clear of you, p = 0\.5/,
  );
  assert.match(userStudyFinding([{ ...game, answers: [] }]), /Nobody has played yet\.$/);
  assert.match(userStudyFinding([]), /^No game was drawn\.$/);
});
