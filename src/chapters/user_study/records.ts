/** The user study of Figure 5 as readers play it: the images, the person's answers and the network's. */
import { pooledCounts } from "../../paper/mod.ts";
import { type Proportion, wilson } from "../../stats/mod.ts";

/** One image that a person named; datasets are indices into {@link PlayedGame.datasets}. */
export interface Judgement {
  /** The dataset that the image is from. */
  truth: number;
  /** The person's answer. */
  said: number;
  /** The network's answer. */
  network: number;
}

/** A game as far as it has been played. */
export interface PlayedGame {
  datasets: readonly string[];
  /** The images answered so far, in order. */
  answers: readonly Judgement[];
  /** The network on all images of the game, whether the person has come to them or not. */
  network: Pick<Proportion, "correct" | "n">;
}

/** The person's accuracy over all games, which share no image; undefined before the first answer. */
export function personScore(games: readonly PlayedGame[]): Proportion | undefined {
  const answers = games.flatMap((game) => game.answers);
  if (answers.length === 0) return undefined;
  return wilson(answers.filter(({ truth, said }) => said === truth).length, answers.length);
}

/**
 * The network's accuracy on the images that the person has named; before the first, on all that the games ask
 * about.
 */
export function networkScore(games: readonly PlayedGame[]): Proportion {
  const answers = games.flatMap((game) => game.answers);
  if (answers.length > 0) {
    return wilson(answers.filter(({ truth, network }) => network === truth).length, answers.length);
  }
  return pooledCounts(games.map(({ network }) => network));
}
