/** Kinds of evidence that tell images apart, one at a time. */
export {
  type EvidenceKind,
  type EvidenceReader,
  type ImageFile,
  type Sighting,
  sightingOf,
} from "./evidence.ts";
export { kMeans } from "./clusters.ts";
export { evidenceKinds, type EvidenceName, evidenceNames, evidenceOf } from "./kinds.ts";
