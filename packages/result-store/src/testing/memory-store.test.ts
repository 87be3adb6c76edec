import { MemoryStore } from "./memory-store.js";
import { resultStoreContract } from "./result-store-contract.js";

resultStoreContract("the memory store", async () => {
  const store = new MemoryStore();
  return { store, again: () => new MemoryStore({ shared: store }), remove: async () => {} };
});
