/** Heat maps of what a network looks at, and maps of its features. */
export { attentionRollout, attentionWeights, rollOut } from "./attention_rollout.ts";
export { gradCam, type SaliencyMaps } from "./grad_cam.ts";
export { enlarge, type Grid, heatMap, type HeatMapOptions, viridis } from "./heat_map.ts";
export { type Metric, nearestNeighbours } from "./neighbours.ts";
export { cover, coversOf, meanOverSquares, occlusionMap } from "./occlusion.ts";
export { principalComponents, projectFeatures, umap } from "./projections.ts";
