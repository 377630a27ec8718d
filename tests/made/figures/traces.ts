import type { Figure } from "../../../src/figures/mod.ts";

/** The traces of a figure whose name in the legend matches. */
export const named = (figure: Figure, name: RegExp) =>
  figure.data.filter((trace) => name.test(`${trace.name}`));

/** A trace's attribute that is a list, as texts. */
export const texts = (values: unknown) => (values as unknown[]).map(String);
