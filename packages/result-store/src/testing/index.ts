export { MemoryStore } from "./memory-store.js";
export { type MotoServer, motoIsMissing, startMoto } from "./moto-server.js";
export { resultStoreContract, type StoreUnderTest } from "./result-store-contract.js";
