/** The user study in a notebook: the game in a frame below its cell. */
import {
  type Game,
  type GameOptions,
  type GameServer,
  nextImages,
  openGame,
  packedImage,
  serveGame,
} from "../game/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { gallery } from "./gallery.ts";
import { Displayable, escapeMarkup } from "./kernel.ts";

/** Height of the frame, px: a question with its answers is seen whole. */
const HEIGHT = 720;

/** Images in the picture of the game. */
const PICTURED = 8;

/** The one server of this kernel; it ends with it. */
let playing: { of: string; server: GameServer; game: Game } | undefined;

/**
 * The game against the network of a run, in a frame; played games are kept under `runs/play/` and gone on
 * with. A front end can't send messages to a Deno kernel, so the kernel serves the page on 127.0.0.1, where
 * only the frame's address, with its token, is answered. Executed headless (`NTD_HEADLESS`), where nobody can
 * play, it shows some of the images.
 *
 * @throws as {@link openGame} does
 */
export async function playGame(record: RunRecord, options: GameOptions = {}): Promise<Displayable> {
  const of = JSON.stringify([record.hash, options]);
  if (playing?.of !== of) {
    const game = await openGame(record, options);
    await stopPlaying();
    if (Deno.env.get("NTD_HEADLESS")) return await stillOf(game);
    playing = { of, game, server: serveGame(game) };
  }
  return await frameOf(playing.game, playing.server.url);
}

/** Ends this kernel's game server, if there is one. */
export async function stopPlaying(): Promise<void> {
  const ended = playing;
  playing = undefined;
  await ended?.server.close();
  ended?.game[Symbol.dispose]();
}

async function frameOf(game: Game, url: string): Promise<Displayable> {
  const { title, png } = await pictureOf(game);
  return new Displayable(() => ({
    "text/html": `<iframe src="${url}" title="${escapeMarkup(title)}" width="100%" height="${HEIGHT}" ` +
      `style="border:1px solid #8884;border-radius:8px"></iframe>` +
      `<p><a href="${url}" target="_blank" rel="noopener">Play in a tab of its own</a>. An empty frame: the kernel that served ` +
      `the game has ended; run this cell again, or <code>deno task play</code> in a terminal.</p>` +
      `<details><summary>Some of its images</summary>${imageTag(png, title)}</details>`,
    "text/plain": `${title}\nPlay at ${url}`,
  }));
}

async function stillOf(game: Game): Promise<Displayable> {
  using _closed = game;
  const { title, png } = await pictureOf(game);
  const how = "To play, run this cell in JupyterLab, or deno task play in a terminal.";
  return new Displayable(() => ({
    "text/html": `${imageTag(png, title)}<p>${how}</p>`,
    "text/plain": `${title}\n${how}`,
  }));
}

const imageTag = (png: unknown, title: string) =>
  `<img src="data:image/png;base64,${png}" width="840" alt="${escapeMarkup(title)}">`;

/** The first images that this network's games ask about, whatever has been played. */
async function pictureOf(game: Game): Promise<{ title: string; png: unknown }> {
  const names = game.record.experiment.datasets;
  const title = `Name that dataset: ${names.slice(0, -1).join(", ")} or ${names.at(-1)}?`;
  const images = nextImages(game, []).slice(0, PICTURED).map((image, i) => {
    const { pixels, width, channels } = packedImage(game, image);
    return { pixels, side: width, channels: channels as 1 | 3, caption: `${i + 1}` };
  });
  const bundle = await gallery(title, [{ label: "", images }]).bundle();
  return { title, png: bundle["image/png"] };
}
