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
  const options = {
    ...{ ref: "q", everyMs: 1, onStatus: ({ status }: QueueStatus) => seen.push(status) },
    ...{ onSilent: () => expect.fail("it was heard"), wallMs: () => 0 },
  };

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

  const MINUTE_MS = 60_000;
  const silent = { status: "running", instance_id: "i-1", instance_state: "running" } as const;
  const saidAt = (ms: number) => ({ ...silent, updated_at: new Date(ms).toISOString() }) as QueueStatus;

  it("says once of each silence that it is one, and goes on", async () => {
    const looks = [saidAt(0), saidAt(0), saidAt(0), saidAt(4 * MINUTE_MS), saidAt(4 * MINUTE_MS)];
    const end = { ...silent, status: "completed", updated_at: "" } as unknown as QueueStatus;
    let now = 0;
    const look = async () => {
      now += 2 * MINUTE_MS;
      return looks.shift() ?? end;
    };
    const silences: string[] = [];
    const onSilent = ({ lasting }: { readonly lasting: string }) => silences.push(lasting);
    expect(await waitForRemoteQueue({ look }, { ...options, onSilent, wallMs: () => now })).toBe("over");
    expect(silences).toEqual(["2m", "4m"]);
  });

  it("takes one that boots for none that is silent", async () => {
    const looks = [
      { ...saidAt(0), status: "pending" } as QueueStatus,
      { status: "completed" } as QueueStatus,
    ];
    const look = async () => looks.shift() as QueueStatus;
    expect(await waitForRemoteQueue({ look }, { ...options, wallMs: () => 9 * MINUTE_MS })).toBe("over");
  });

  it("ends by what is made of a silence", async () => {
    const onSilent = (): never => {
      throw new SpawnError("wait-timed-out", "silent");
    };
    const wait = waitForRemoteQueue(
      { look: async () => saidAt(0) },
      { ...options, onSilent, wallMs: () => 3 * MINUTE_MS },
    );
    await expect(wait).rejects.toMatchObject({ code: "wait-timed-out" });
  });

  it("passes on that nothing at all is known", async () => {
    const look = async () => Promise.reject(new SpawnError("permission-denied", "no"));
    await expect(waitForRemoteQueue({ look }, options)).rejects.toMatchObject({ code: "permission-denied" });
  });
});
