/** Everything that a cell shows: tables, figures, images, progress. */
export { accuracyTable, auditTable, CLAIMS_MIME, probeTable, showClaims, table } from "./table.ts";
export { clusterTable } from "./cluster_table.ts";
export { corruptionSheet, corruptionTable } from "./corruption_sheet.ts";
export { datasetTable, duplicatesTable, quiz, resemblingTable, sampleGallery } from "./datasets.ts";
export { show } from "./display.ts";
export { environment } from "./environment.ts";
export { evidenceSheet } from "./evidence_sheet.ts";
export { exampleFolders } from "./example_folders.ts";
export { exemplars } from "./exemplars.ts";
export { gallery, type GalleryImage } from "./gallery.ts";
export { featureMap, nearestElsewhere } from "./feature_map.ts";
export { Displayable, escapeMarkup } from "./kernel.ts";
export { layerTable } from "./layer_table.ts";
export { interruptible, live } from "./live.ts";
export { transformSheet, transformTable } from "./transform_sheet.ts";
export { whatItLooksAt } from "./what_it_looks_at.ts";
export { playGame, stopPlaying } from "./user_study.ts";
