import type { GameScore, GameState, Share } from "../wire.ts";
import { byId, make, questionImage } from "./elements.ts";

/** Address of the figure of a finished game, drawn for this width in px. */
const figureImage = (width: number) => `figure/${width}.svg`;

/**
 * Fills the last section: the player's share, the network's on the same images, the paper's people, chance;
 * then every image.
 */
export function showScore(state: GameState, score: GameScore, startAnew: () => void): void {
  const { person, network, chance, seconds, answers } = score;
  const { paper } = state;
  byId("score-title").textContent = `You got ${percent(person.value)} of ${person.n} images right`;
  byId("score-table").replaceChildren(scoreTable([
    ["You", ...shareCells(person)],
    ["The network, same images", ...shareCells(network)],
    ["The paper's mean", `${paper.meanPercent}%`, "", `${paper.people} × ${paper.imagesEach}`],
    ["The paper's median", `${paper.medianPercent}%`, "", `${paper.people} × ${paper.imagesEach}`],
    ["Chance", percent(chance), "", ""],
  ]));
  byId("score-time").textContent = `You took ${seconds.toFixed(1)} seconds an image (median). ` +
    `The paper's ${paper.people} people were asked about other datasets.`;
  const figure = byId<HTMLImageElement>("score-figure");
  figure.alt =
    `The paper's people by accuracy (${paper.source}), with your share and the network's: the numbers are in the table`;
  const width = Math.round(byId("score").parentElement!.clientWidth);
  figure.src = figureImage(width);
  const anew = make(
    "button",
    { type: "button", className: "main", onclick: startAnew },
    "Start anew with other images",
  );
  byId("score-actions").replaceChildren(anew);
  byId("score-images").replaceChildren(...answers.map((answer, i) => imageCard(state, answer, i)));
}

function shareCells({ value, low, high, n }: Share): string[] {
  return [percent(value), `${percent(low)} to ${percent(high)}`, `${n}`];
}

function scoreTable(rows: string[][]): HTMLTableElement {
  const cells = ([first, ...rest]: string[]) => {
    const head = make("th", {}, first);
    head.scope = "row";
    return make("tr", {}, head, ...rest.map((text) => make("td", {}, text)));
  };
  const columns = ["", "accuracy", "95% interval", "images"].map((text) =>
    make("th", { scope: "col" }, text)
  );
  return make(
    "table",
    {},
    make("thead", {}, make("tr", {}, ...columns)),
    make("tbody", {}, ...rows.map(cells)),
  );
}

function imageCard(
  { datasets, round }: GameState,
  answer: GameScore["answers"][number],
  i: number,
): HTMLLIElement {
  const name = (dataset: number) => datasets[dataset].name;
  const verdict = (who: string, said: number) => {
    const right = said === answer.truth;
    return make(
      "div",
      { className: right ? "right" : "wrong" },
      `${right ? "✓" : "✗"} ${who}: ${name(said)}`,
    );
  };
  const picture = make("img", {
    loading: "lazy",
    src: questionImage(round!.number, i),
    alt: `Image ${i + 1}`,
  });
  return make(
    "li",
    {},
    picture,
    make("b", {}, name(answer.truth)),
    verdict("you", answer.said),
    verdict("network", answer.network),
  );
}

/** "87.1%". */
function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
