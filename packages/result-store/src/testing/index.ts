export { MemoryStore } from "./memory-store.js";
export { resultStoreContract, type StoreUnderTest } from "./result-store-contract.js";
