import type { AnswerReply, AnswerRequest, BeginRequest, GameScore, GameState, RoundState } from "../wire.ts";
import { byId, make, questionImage } from "./elements.ts";
import { showScore } from "./score.ts";

const GONE =
  "The game's server does not answer: the notebook's kernel, or the command, that ran it has ended. Your answers are " +
  "kept. Run the cell, or deno task play, again.";

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const request = body === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, request).catch(() => {
    throw new Error(GONE);
  });
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  return value;
}

/** Requests to the server. Addresses are relative to the page's, which holds the token. */
const server = {
  state: () => ask<GameState>("state"),
  begin: (request: BeginRequest) => ask<GameState>("begin", request),
  answer: (request: AnswerRequest) => ask<AnswerReply>("answer", request),
  score: () => ask<GameScore>("score"),
};

const VIEWS = ["welcome", "question", "examples", "score"] as const;
type View = typeof VIEWS[number];

/** Shows one section and moves the focus to its title, which a screen reader then reads. */
function showView(view: View): void {
  for (const name of VIEWS) byId(name).hidden = name !== view;
  byId("show-examples").hidden = view === "examples";
  byId("go-back").hidden = view !== "examples";
  byId(`${view}-title`).focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The section that is shown. */
function shownView(): View | undefined {
  return VIEWS.find((name) => !byId(name).hidden);
}

/** Says something below the section; screen readers read it. */
function tell(news: string): void {
  byId("trouble").textContent = "";
  byId("news").textContent = news;
}

/** Says at once what went wrong. */
function warn(trouble: string): void {
  byId("trouble").textContent = trouble;
}

/** The actions of the first section's buttons. */
interface WelcomeActions {
  begin(feedback: boolean): void;
  goOn(): void;
}

/**
 * The first section: what is asked and what is kept. Nothing is kept before one of its buttons is pressed.
 */
function showWelcome(state: GameState, { begin, goOn }: WelcomeActions): void {
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

/** "1 image", "100 images". */
function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** "a, b or c". */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Called with the player's answer about the image that is shown. */
type OnAnswer = (image: number, said: number, seconds: number) => void;

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
function showQuestions(state: GameState, answer: OnAnswer): void {
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
function showImage(round: RoundState): void {
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
function setBusy(busy: boolean): void {
  byId("question-answers").ariaBusy = `${busy}`;
}

function give(said: number): void {
  const group = byId("question-answers");
  if (group.ariaBusy === "true") return;
  setBusy(true);
  onAnswer(image, said, (performance.now() - shownAt) / 1000);
}

/** Keys of the question: numbers answer, arrows move between the answers. */
function questionKey(event: KeyboardEvent): boolean {
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

/** Address of a training image. */
const exampleImage = (dataset: number, example: number) => `example/${dataset}/${example}.png`;

/** Images of a dataset that are shown at a time. */
const PAGE = 24;

/** First image shown, by dataset: whoever comes back finds the page that they left. */
const starts: number[] = [];

/** The labelled training images, a page of each dataset with buttons to turn it. */
function showExamples(state: GameState): void {
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

let state: GameState;
/** Where "Back" leads from the examples. */
let before: View = "welcome";

/** Runs what may fail; what went wrong is said on the page. */
async function attempt(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    setBusy(false);
    warn(error instanceof Error ? error.message : `${error}`);
  }
}

function welcome(): void {
  showWelcome(state, { begin: (feedback) => void attempt(() => begin(feedback)), goOn: question });
}

async function begin(feedback: boolean): Promise<void> {
  state = await server.begin({ feedback });
  tell("");
  question();
}

function question(): void {
  showQuestions(state, (image, said, seconds) => void attempt(() => answer(image, said, seconds)));
}

async function answer(image: number, said: number, seconds: number): Promise<void> {
  const names = state.datasets.map(({ name }) => name);
  const reply = await server.answer({ game: state.round!.number, image, said, seconds });
  state = reply.state;
  const { answered, images } = state.round!;
  tell(
    `${verdict(names, said, reply.truth)} ${answered < images ? `Image ${answered + 1} of ${images}.` : ""}`,
  );
  if (answered < images) showImage(state.round!);
  else await score();
}

function verdict(names: readonly string[], said: number, truth?: number): string {
  if (truth === undefined) return `Kept: ${names[said]}.`;
  return truth === said ? `Right: ${names[truth]}.` : `Not ${names[said]}: that was ${names[truth]}.`;
}

async function score(): Promise<void> {
  showScore(state, await server.score(), welcome);
  showView("score");
  tell("");
}

function examples(): void {
  before = shownView()!;
  showExamples(state);
}

function back(): void {
  showView(before);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const view = shownView();
  let taken = false;
  if (view === "question") taken = questionKey(event);
  if (view === "examples" && event.key === "Escape") taken = (back(), true);
  if (view !== "examples" && view !== undefined && /^e$/i.test(event.key)) taken = (examples(), true);
  if (taken) event.preventDefault();
});
byId("show-examples").addEventListener("click", examples);
byId("go-back").addEventListener("click", back);

await attempt(async () => {
  state = await server.state();
  const { round } = state;
  if (round && round.answered === round.images) await score();
  else welcome();
});
