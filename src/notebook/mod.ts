export * from "./accuracy_table.ts";
export * from "./claims.ts";
export { corruptionSheet } from "./corruption_sheet.ts";
export * from "./display.ts";
export * from "./gallery.ts";
export {
  besidePixelRegression,
  featureMap,
  type FeatureMapOptions,
  nearestElsewhere,
} from "./feature_map.ts";
export * from "./interrupt.ts";
export * from "./live.ts";
export { Displayable, kernel, type MimeBundle } from "./kernel.ts";
export * from "./probe_table.ts";
export * from "./progress.ts";
export * from "./table.ts";
export * from "./datasets.ts";
export * from "./environment.ts";
export { type ExemplarOptions, exemplars } from "./exemplars.ts";
export * from "./transform_sheet.ts";
export { layerTable } from "./layer_table.ts";
export { whatItLooksAt } from "./what_it_looks_at.ts";
export { playGame, stopPlaying } from "./user_study.ts";
export { type GameOptions, playedGames } from "../game/mod.ts";
