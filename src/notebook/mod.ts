export * from "./claims.ts";
export * from "./display.ts";
export * from "./gallery.ts";
export * from "./interrupt.ts";
export * from "./live.ts";
export { Displayable, kernel, type MimeBundle } from "./kernel.ts";
export * from "./progress.ts";
export * from "./table.ts";
