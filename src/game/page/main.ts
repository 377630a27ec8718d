import type { GameState } from "../wire.ts";
import { byId, shownView, showView, tell, type View, warn } from "./elements.ts";
import { showExamples } from "./examples.ts";
import { questionKey, setBusy, showImage, showQuestions } from "./question.ts";
import { showScore } from "./score.ts";
import { server } from "./server.ts";
import { showWelcome } from "./welcome.ts";

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
  if (view !== "examples" && view !== undefined && event.key === "e") taken = (examples(), true);
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
