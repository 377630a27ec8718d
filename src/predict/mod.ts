/** Predictions of a finished network for the images of a folder. */
export { type FolderPredictions, predictFolder } from "./predict.ts";
