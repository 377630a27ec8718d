import type { Judgement, PlayedGame } from "../../../src/chapters/user_study/records.ts";
import { ICONS } from "./records.ts";

/** Numbers of answers by who was right. */
export interface Answers {
  bothRight?: number;
  onlyPerson?: number;
  onlyNetwork?: number;
  bothWrong?: number;
}

/** A game that nobody played, of three datasets, with so many answers of each kind. */
export function gameOf(
  { bothRight = 0, onlyPerson = 0, onlyNetwork = 0, bothWrong = 0 }: Answers,
): PlayedGame {
  const answers = (count: number, person: boolean, network: boolean): Judgement[] =>
    Array.from({ length: count }, (_, i) => {
      const [truth, other] = [i % 3, (i + 1) % 3];
      return { truth, said: person ? truth : other, network: network ? truth : other };
    });
  return {
    datasets: ICONS.slice(0, 3),
    answers: [
      ...answers(bothRight, true, true),
      ...answers(onlyPerson, true, false),
      ...answers(onlyNetwork, false, true),
      ...answers(bothWrong, false, false),
    ],
    network: { correct: bothRight + onlyNetwork, n: bothRight + onlyPerson + onlyNetwork + bothWrong },
  };
}
