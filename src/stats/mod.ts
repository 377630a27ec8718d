export * from "./contrast.ts";
export * from "./intervals.ts";
export * from "./power.ts";
export * from "./proportion.ts";
export * from "./random.ts";
export * from "./tests.ts";
export * from "./trend.ts";
export * from "./variates.ts";
