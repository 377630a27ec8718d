import type { GameState } from "../wire.ts";
import { byId, counted, listed, make, showView } from "./elements.ts";

/** What the first section's buttons do. */
export interface WelcomeActions {
  begin(feedback: boolean): void;
  goOn(): void;
}

/**
 * The first section: what is asked and what is kept. Nothing is kept before one of its buttons is pressed.
 */
export function showWelcome(state: GameState, { begin, goOn }: WelcomeActions): void {
  const { datasets, round, next, folder, paper } = state;
  byId("welcome-images").textContent = counted(next, "image");
  byId("welcome-datasets").textContent = listed(datasets.map(({ name }) => name));
  byId("welcome-paper").textContent =
    `In the paper ${paper.people} people named ${paper.meanPercent}% of ${paper.imagesEach} images of three other datasets ` +
    `(${paper.source}); guessing gives 33.3%. Your share is shown beside theirs, and beside a network's on your very images.`;
  byId("welcome-folder").textContent = folder;
  const feedback = byId<HTMLInputElement>("welcome-feedback");
  const open = round && round.answered < round.images ? round : undefined;
  const start = make("button", {
    type: "button",
    className: open ? "" : "main",
    disabled: next === 0,
    onclick: () => begin(feedback.checked),
  }, round ? "Start anew with other images (what is kept stays)" : "I agree: start");
  const resume = open &&
    make(
      "button",
      { type: "button", className: "main", onclick: goOn },
      `Go on with game ${open.number} (${open.answered} of ${open.images} answered)`,
    );
  const none = next === 0
    ? ["Every validation image has been answered; to play on, move the folder above away."]
    : [];
  byId("welcome-actions").replaceChildren(...(resume ? [resume] : []), start, ...none);
  showView("welcome");
}
