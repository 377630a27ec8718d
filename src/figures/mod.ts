/** Figures of plotly.js: their marks, the figures that chapters share, and static images. */
export { accuracyAgainst } from "./accuracy_against.ts";
export { confusionFigure, confusionMenu } from "./confusion.ts";
export { type FeatureMap, featureMapFigure } from "./feature_map.ts";
export { confusionFinding, featureMapFinding, learningFinding } from "./findings.ts";
export { learningCurvesFigure } from "./learning_curves.ts";
export {
  accuracyDots,
  bars,
  chanceAcross,
  chanceUpright,
  datasetAxis,
  heatCells,
  heatCellsHeight,
  line,
  paperDots,
  rowAxis,
  rowEnds,
  rowsLayout,
  trivialMarks,
} from "./marks.ts";
export { panelHeading } from "./panels.ts";
export { probesFigure } from "./probes.ts";
export { installedWidthScale, renderSvg } from "./static.ts";
export { textWidth } from "./text_metrics.ts";
export {
  axis,
  baseLayout,
  COLORS,
  type Figure,
  FONT_FAMILY,
  legendBelow,
  logAxis,
  marginsWith,
  PALETTE,
  percentAxis,
  plainText,
  type PlotlyLayout,
  type Trace,
} from "./theme.ts";
