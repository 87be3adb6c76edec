import { FakeClock } from "@spawn/foundation";
import { expect, it } from "vitest";
import type { Imds } from "./imds.js";
import { readIdentity } from "./instance-identity.js";

const known: Readonly<Record<string, string>> = {
  "meta-data/instance-id": "i-0123\n",
  "meta-data/instance-life-cycle": "spot",
};

/** Silent for the first so many times. */
function imds(silent: number): Imds {
  let asked = 0;
  return {
    async get(path) {
      asked += 1;
      if (asked <= silent) throw new Error("no route to host");
      return known[path];
    },
  };
}

/** Lets time pass until the promise settles. */
async function settled<T>(promise: Promise<T>, clock: FakeClock): Promise<T> {
  let isSettled = false;
  promise.finally(() => (isSettled = true)).catch(() => undefined);
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
  }
  return await promise;
}

it("is known once the network is up", async () => {
  const clock = new FakeClock();
  const identity = await settled(readIdentity(imds(20), clock), clock);
  expect(identity).toEqual({ instanceId: "i-0123", isSpot: true });
  expect(clock.bootMs()).toBeGreaterThanOrEqual(40_000);
});

it("is none after five minutes of silence", async () => {
  const clock = new FakeClock();
  await expect(settled(readIdentity(imds(1e9), clock), clock)).rejects.toThrow("no route to host");
});
