export * from "./appendix.ts";
export * from "./claims.ts";
export * from "./combination_claims.ts";
export * from "./combinations.ts";
export * from "./successors.ts";
export * from "./tables.ts";
export * from "./user_study.ts";
export * from "./user_study_claims.ts";
export { pooled, pooledAccuracy } from "./verdict.ts";
