export * from "./accuracy_against.ts";
export * from "./combinations.ts";
export * from "./confusion.ts";
export * from "./learning_curves.ts";
export * from "./number_of_datasets.ts";
export * from "./static.ts";
export * from "./text_metrics.ts";
export * from "./theme.ts";
