export { runStoreModel, type StoreModelRun } from "./model/store-model-run.js";
export { type RedisServerUnderTest, redisIsMissing, startRedis } from "./redis-server.js";
export { storeContract } from "./store-contract.js";
export type { StoreUnderTest } from "./store-under-test.js";
