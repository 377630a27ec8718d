/** The messages between the server and the page, as JSON. */

/** A dataset of the game. */
export interface DatasetState {
  name: string;
  title: string;
  /** Training images to look at. */
  examples: number;
}

/** The game that is being played, or has been. */
export interface RoundState {
  number: number;
  images: number;
  answered: number;
  feedback: boolean;
}

/**
 * `GET state`: all that the page knows before it ends; nothing in it says where an unanswered image is from.
 */
export interface GameState {
  datasets: DatasetState[];
  /** Images of a game that is begun now; 0 when every validation image has been answered. */
  next: number;
  /** The result of the paper's user study. */
  paper: { source: string; people: number; imagesEach: number; meanPercent: number; medianPercent: number };
  /** Folder that answers are kept in. */
  folder: string;
  /** Absent before the first game. */
  round?: RoundState;
}

/** `POST begin`. */
export interface BeginRequest {
  feedback: boolean;
}

/** `POST answer`. */
export interface AnswerRequest {
  /** Number of the game. */
  game: number;
  /** Place of the image, from 0. */
  image: number;
  /** Index of the dataset. */
  said: number;
  /** From the image's being shown to the answer. */
  seconds: number;
}

/** The reply to an answer. */
export interface AnswerReply {
  state: GameState;
  /** Index of the dataset that the image is from, where the player wants to be told. */
  truth?: number;
}

/** A share in [0, 1] with its 95% interval. */
export interface Share {
  value: number;
  low: number;
  high: number;
  n: number;
}

/** `GET score`: once every image has been answered. */
export interface GameScore {
  person: Share;
  network: Share;
  chance: number;
  /** Seconds an image, median. */
  seconds: number;
  /** One an image, datasets by index. */
  answers: { truth: number; said: number; network: number }[];
}
