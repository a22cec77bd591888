export type { ContractCase, HintsHarness, HotStoreHarness, StoreHarness } from "./contract-case.ts";
export { hintsCases } from "./hints.contract.ts";
export { hotStoreCases } from "./hot.contract.ts";
export { storeCases } from "./store.contract.ts";
