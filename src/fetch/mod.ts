/**
 * Images from lists of URLs: downloaded from strangers, decoded apart, stored alike, in an order that a seed
 * decides.
 */
export type { FetchItem, FetchList } from "./candidates.ts";
export { jpegTables, type PhotographFacts } from "./decoder/photograph.ts";
export { FAILURE_REASONS, meaningOf } from "./failure.ts";
export { fetchImages, type FetchOptions } from "./fetch_images.ts";
export { type Fetcher, type MakeFetcher } from "./fetch_one.ts";
export { type FetchPart, fetchPart, hostOf, type OpenItem, outcomesOfPart, shareOf } from "./fetch_part.ts";
export {
  FetchIncompleteError,
  type FetchProgress,
  fetchProgressText,
  type FetchReport,
  fetchReportText,
  NetworkDownError,
} from "./report.ts";
export { STORAGE_DEFAULTS } from "./settings.ts";
