import type { StoredImage } from "./stored_image.ts";

/** One image of a source, before it is drawn or decoded. */
export type SourceImage = {
  /** Names the image within its dataset. */
  key: string;
  /** Number of its semantic class, where the source has classes. */
  label?: number;
  /** Name of its semantic class, where that is all that the source tells: the pool gives it a number. */
  className?: string;
  /** Official split that it belongs to, where the source has one. */
  split?: string;
} & (ImageFile | Drawing);

/** An image file that may come from anybody: it is decoded in another process. */
export interface ImageFile {
  /** Path or URL of the file that has it, or that it is. */
  place: string;
  /** From which byte of `place` on it lies there, where that is a file on this machine and it is not compressed. */
  offset?: number;
  /** @throws Error when its bytes are not to be had */
  file(): Promise<Uint8Array>;
}

/**
 * An image of an npm package whose version and checksum are fixed: it is drawn in this process, since there is nothing to guard
 * against. In processes of their own 6,000 of Tabler's icons took 20% more processor time and 500 of them 30% more (two cores); what is
 * cut out of CIFAR-10's sheets is less work than to send it.
 */
export interface Drawing {
  /** The image in the form in which a pool stores it. */
  drawn(): Promise<StoredImage>;
}
