import type { GameState, RoundState } from "../wire.ts";
import { byId, make, showView, warn } from "./elements.ts";
import { questionImage } from "./server.ts";

/** What the player has said of the image that is shown. */
export type OnAnswer = (image: number, said: number, seconds: number) => void;

/**
 * An answer that comes sooner, ms, was meant for the image before: a key or a finger that came down twice.
 */
const SETTLE = 150;

let shownAt = 0;
let onAnswer: OnAnswer = () => {};
let image = 0;

/** The buttons that stand for the datasets. */
const answers = () => [...byId("question-answers").querySelectorAll("button")];

/** Begins asking; the buttons stay the same from image to image, so that the focus stays where it is. */
export function showQuestions(state: GameState, answer: OnAnswer): void {
  onAnswer = answer;
  byId("question-last").textContent = `${state.datasets.length}`;
  byId("question-answers").replaceChildren(...state.datasets.map(({ name, title }, said) => {
    const words = title.toLowerCase().includes(name)
      ? []
      : [make("span", { className: "quiet" }, ` ${title}`)];
    const button = make(
      "button",
      { type: "button", onclick: () => give(said) },
      make("kbd", {}, `${said + 1}`),
      ` ${name}`,
      ...words,
    );
    button.setAttribute("aria-keyshortcuts", `${said + 1}`);
    return button;
  }));
  showImage(state.round!);
  showView("question");
}

/** Shows the image whose turn it is. */
export function showImage(round: RoundState): void {
  image = round.answered;
  const place = `Image ${image + 1} of ${round.images}`;
  byId("question-title").textContent = place;
  Object.assign(byId<HTMLProgressElement>("question-progress"), { max: round.images, value: image });
  const picture = byId<HTMLImageElement>("question-image");
  setBusy(true);
  // Until the new one is there the old one must not be seen as if it were asked about.
  picture.removeAttribute("src");
  picture.alt = `${place}, whose dataset you are asked for`;
  picture.onload = () => {
    shownAt = performance.now();
    setTimeout(() => setBusy(false), SETTLE);
  };
  picture.onerror = () =>
    warn("The image did not come. Load the page again: what you have answered is kept.");
  picture.src = questionImage(round.number, image);
}

/**
 * While an answer or the next image is on its way no answer is taken. The buttons stay enabled: a disabled
 * one loses the focus.
 */
export function setBusy(busy: boolean): void {
  byId("question-answers").ariaBusy = `${busy}`;
}

function give(said: number): void {
  const group = byId("question-answers");
  if (group.ariaBusy === "true") return;
  setBusy(true);
  onAnswer(image, said, (performance.now() - shownAt) / 1000);
}

/** Keys of the question: numbers answer, arrows move between the answers. */
export function questionKey(event: KeyboardEvent): boolean {
  const buttons = answers();
  const said = Number(event.key) - 1;
  if (/^[1-9]$/.test(event.key) && said < buttons.length) {
    if (!event.repeat) give(said);
    return true;
  }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return false;
  const at = buttons.findIndex((button) => button === document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : buttons.length - 1) : (at + step + buttons.length) % buttons.length;
  buttons[to].focus();
  return true;
}
