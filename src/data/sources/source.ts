/** One image of a source, before it is drawn or decoded. */
export interface SourceImage {
  /** Names the image within its dataset, once. */
  key: string;
  /** Number of its semantic class, where the source has classes. */
  label?: number;
  /** Official split that it belongs to, where the source has one. */
  split?: string;
  /** The image as it is stored in a pool: `side * side * channels` values. */
  pixels(): Promise<Uint8Array>;
}
