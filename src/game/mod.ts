/**
 * Name That Dataset as a game: played against a network on the images that it was evaluated on (the paper's
 * user study).
 */
export { type Game, type GameOptions, nextImages, openGame, packedImage, playedGames } from "./game.ts";
export { type GameServer, serveGame } from "./server.ts";
