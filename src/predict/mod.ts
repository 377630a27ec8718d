/** Predictions of a finished network for the images of a folder. */
export { findImages, type FolderPredictions, predictFolder } from "./predict.ts";
