/** Predictions of a finished network for the images of a folder. */
export {
  type FilePrediction,
  type FolderPredictions,
  predictFolder,
  type PredictOptions,
  type UnreadFile,
} from "./predict.ts";
