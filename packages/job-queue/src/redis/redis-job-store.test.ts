import { afterAll, beforeAll, describe } from "vitest";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { redisUnderTest } from "../testing/redis-under-test.js";
import { storeContract } from "../testing/store-contract.js";

describe.skipIf(redisIsMissing())("on a server of its own", () => {
  let server: RedisServerUnderTest;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  storeContract("Redis", () => redisUnderTest(server.url));
});
