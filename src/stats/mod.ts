export * from "./intervals.ts";
export * from "./power.ts";
export * from "./random.ts";
export * from "./hypothesis_tests.ts";
export * from "./trend.ts";
