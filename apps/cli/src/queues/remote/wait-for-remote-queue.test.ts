import { SpawnError } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";
import { describe, expect, it } from "vitest";
import { waitForRemoteQueue } from "./wait-for-remote-queue.js";

function queueOf(states: readonly QueueStatus["status"][]) {
  let looks = 0;
  const look = async () => ({ status: states[Math.min(looks++, states.length - 1)] }) as QueueStatus;
  return { look };
}

describe("waitForRemoteQueue", () => {
  const seen: string[] = [];
  const options = { ref: "q", everyMs: 1, onStatus: ({ status }: QueueStatus) => seen.push(status) };

  it("goes on through all that is no end, not to know included", async () => {
    seen.length = 0;
    const queue = queueOf(["pending", "running", "unknown", "running", "completed"]);
    expect(await waitForRemoteQueue(queue, options)).toBe("over");
    expect(seen).toEqual(["pending", "running", "unknown", "running", "completed"]);
  });

  it("ends for an interrupted queue as well: nothing goes on by itself then", async () => {
    expect(await waitForRemoteQueue(queueOf(["interrupted"]), options)).toBe("over");
  });

  it("waits no longer than asked for", async () => {
    const wait = waitForRemoteQueue(queueOf(["running"]), { ...options, timeoutMs: 20 });
    await expect(wait).rejects.toMatchObject({ code: "wait-timed-out" });
  });

  it("passes on that nothing at all is known", async () => {
    const look = async () => Promise.reject(new SpawnError("permission-denied", "no"));
    await expect(waitForRemoteQueue({ look }, options)).rejects.toMatchObject({ code: "permission-denied" });
  });
});
