/** Figures of plotly.js: their marks, the figures that chapters share, and static images. */
export { accuracyAgainst } from "./accuracy_against.ts";
export { confusionFigure, confusionMenu } from "./confusion.ts";
export { type Step, withoutControls, withReadings, withSlider } from "./controls.ts";
export { type FeatureMap, featureMapFigure, type MapPicture, picturedRows } from "./feature_map.ts";
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
export { INTERVALS, marginRange, measureAxis, measureText, pointsText, zeroLine } from "./measures.ts";
export { panelHeading, twoPanels } from "./panels.ts";
export { probesFigure } from "./probes.ts";
export { installedWidthScale, renderSvg } from "./static.ts";
export { textWidth } from "./text_metrics.ts";
export {
  axis,
  baseLayout,
  COLORS,
  datasetColor,
  type Figure,
  FONT_FAMILY,
  LEGEND_BELOW,
  logAxis,
  MARGINS,
  PALETTE,
  percentAxis,
  plainText,
  type PlotlyLayout,
  rangeAround,
  type Trace,
} from "./theme.ts";
