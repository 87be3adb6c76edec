export type { StoreUnderTest } from "./contract/contract-subject.js";
export { MemoryStore } from "./memory-store.js";
export { type MotoServer, motoIsMissing, startMoto } from "./moto-server.js";
export { resultStoreContract } from "./result-store-contract.js";
