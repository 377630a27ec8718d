import type { GameState } from "../wire.ts";
import { byId, make, showView } from "./elements.ts";
import { exampleImage } from "./server.ts";

/** Images of a dataset that are shown at a time. */
const PAGE = 24;

/** First image shown, by dataset: whoever comes back finds the page that they left. */
const starts: number[] = [];

/** The labelled training images, a page of each dataset with buttons to turn it. */
export function showExamples(state: GameState): void {
  byId("examples-datasets").replaceChildren(...state.datasets.map((dataset, d) => {
    const grid = make("div", { className: "grid" });
    const where = make("span", { className: "quiet" });
    const turn = (pages: number) => {
      starts[d] = Math.min(Math.max(0, (starts[d] ?? 0) + pages * PAGE), lastStart(dataset.examples));
      const count = Math.min(PAGE, dataset.examples - starts[d]);
      grid.replaceChildren(...Array.from({ length: count }, (_, i) =>
        make("img", {
          loading: "lazy",
          src: exampleImage(d, starts[d] + i),
          alt: `Example ${starts[d] + i + 1} of ${dataset.name}`,
        })));
      where.textContent = `${starts[d] + 1} to ${starts[d] + count} of ${dataset.examples}`;
      previous.disabled = starts[d] === 0;
      next.disabled = starts[d] === lastStart(dataset.examples);
    };
    const button = (label: string, pages: number) => {
      const made = make("button", { type: "button", onclick: () => turn(pages) }, label);
      made.ariaLabel = `${label} examples of ${dataset.name}`;
      return made;
    };
    const [previous, next] = [button("Previous", -1), button("More", 1)];
    turn(0);
    return make(
      "section",
      {},
      make("h3", {}, dataset.name),
      where,
      grid,
      make("p", { className: "actions" }, previous, next),
    );
  }));
  showView("examples");
}

function lastStart(examples: number): number {
  return PAGE * Math.max(0, Math.ceil(examples / PAGE) - 1);
}
