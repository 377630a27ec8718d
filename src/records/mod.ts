/** Records for people and other programs: lists, comparisons, tables, event files, removal. */
export { compareRuns, type Comparison, type Method } from "./compare.ts";
export { joinPredictions, predictionColumns } from "./predictions.ts";
export { type Dependants, dependantsOf, removeRemains, removeRun } from "./remove.ts";
export { filterRuns, namedRuns, type RunFilter } from "./select.ts";
export { listRuns, type RunSummary } from "./summary.ts";
export { type Column, csvCell, csvOf, parquetOf, runColumns, runObject } from "./tables.ts";
export { writeEvents } from "./tensorboard.ts";
