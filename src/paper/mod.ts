export * from "./appendix.ts";
export * from "./architecture_claims.ts";
export * from "./architectures.ts";
export * from "./claims.ts";
export * from "./combination_claims.ts";
export * from "./combinations.ts";
export * from "./successors.ts";
export * from "./tables.ts";
export { pooled, pooledAccuracy } from "./verdict.ts";
