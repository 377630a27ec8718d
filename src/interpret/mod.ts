/** Heat maps of what a network looks at, and maps of its features. */
export { attentionRollout, attentionWeights, rollOut } from "./attention_rollout.ts";
export {
  type GradCam,
  gradCam,
  type GradCamMaps,
  type GradCamOptions,
  makeGradCam,
  type SaliencyMaps,
} from "./grad_cam.ts";
export { enlarge, type Grid, heatMap, type HeatMapOptions, viridis } from "./heat_map.ts";
export { type Metric, nearestNeighbours, type NeighbourOptions, type Neighbours } from "./neighbours.ts";
export { type OcclusionMap, occlusionMap, type OcclusionOptions } from "./occlusion.ts";
export {
  type PrincipalComponents,
  principalComponents,
  projectFeatures,
  umap,
  type UmapOptions,
} from "./projections.ts";
