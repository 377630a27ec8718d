/** Images from lists of URLs: downloaded from strangers, decoded apart, stored alike, in an order that a seed decides. */
export type { FetchItem, FetchList } from "./candidates.ts";
export type { PhotographFacts } from "./decoder/photograph.ts";
export { FAILURE_REASONS, type FailureReason, meaningOf } from "./failure.ts";
export { fetchImages, type FetchOptions } from "./fetch_images.ts";
export { type FetchProgress, progressText } from "./progress.ts";
export { FetchIncompleteError, type FetchReport, NetworkDownError, reportText } from "./report.ts";
export {
  NETWORK_DEFAULTS,
  type NetworkSettings,
  STORAGE_DEFAULTS,
  type StorageSettings,
} from "./settings.ts";
