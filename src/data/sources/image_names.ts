const IMAGE_FILE = /\.(jpe?g|png|webp|gif)$/i;

/** Whether a file's name says that it is an image. */
export function isImageName(name: string): boolean {
  return IMAGE_FILE.test(name);
}

/** The name of an image file without its ending: the image's key. */
export function withoutEnding(name: string): string {
  return name.replace(IMAGE_FILE, "");
}
