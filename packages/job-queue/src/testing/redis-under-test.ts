import { setTimeout as pause } from "node:timers/promises";
import { RedisJobStore } from "../redis/redis-job-store.js";
import type { StoreUnderTest } from "./store-under-test.js";

let opened = 0;

export interface RedisUnderTest extends StoreUnderTest {
  readonly store: RedisJobStore;
  readonly prefix: string;
}

/** An empty job queue on a server. Its time is the server's, so it passes by waiting. */
export async function redisUnderTest(url: string): Promise<RedisUnderTest> {
  opened += 1;
  const prefix = `test-${process.pid}-${opened}`;
  const stores: RedisJobStore[] = [];
  const open = async (): Promise<RedisJobStore> => {
    const store = await RedisJobStore.open({ url, prefix });
    stores.push(store);
    return store;
  };
  return {
    store: await open(),
    prefix,
    openAnother: open,
    elapse: (ms) => pause(ms),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}
