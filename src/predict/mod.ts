/** What a finished network says about the images of a folder. */
export {
  type FilePrediction,
  type FolderPredictions,
  predictFolder,
  type PredictOptions,
  type UnreadFile,
} from "./predict.ts";
