import { FakeClock } from "@spawn/foundation";
import { MemoryStore } from "@spawn/result-store/testing";
import { beforeEach, expect, it, vi } from "vitest";
import { heldStore } from "./held-store.js";
import { claimTakeover } from "./moving/claim-takeover.js";
import { QueueHold } from "./queue-hold.js";
import { StateObjects } from "./state-objects.js";

const HEARTBEAT_MS = 10_000;
let clock: FakeClock;
let store: MemoryStore;
let hold: QueueHold;

beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryStore();
  hold = new QueueHold({ store, queueId: "q", instanceId: "i-1", clock });
});

const take = (): Promise<void> =>
  claimTakeover(store, { queueId: "q", epoch: 1, instanceId: "i-2", wallMs: 0 });
const bytes = (text: string): Uint8Array => Buffer.from(text);

it("a runner that was stopped stores nothing of its jobs once another instance has the queue", async () => {
  const held = heldStore(store, hold);
  await held.putBytes("q/a/stdout.log", bytes("old"));
  await store.putBytes("q/a/results/new.txt", bytes("new"));
  await take();
  clock.advance(60_000);
  const refused = { code: "already-running" };
  await expect(held.putBytes("q/a/stdout.log", bytes("late"))).rejects.toMatchObject(refused);
  await expect(held.putFile("q/a/stdout.log", "/etc/hostname")).rejects.toMatchObject(refused);
  await expect(held.growFile("q/a/stdout.log", "/etc/hostname")).rejects.toMatchObject(refused);
  await expect(held.copy("q/a/results/new.txt", "q/a/stdout.log")).rejects.toMatchObject(refused);
  await expect(held.remove("q/a/results/")).rejects.toMatchObject(refused);
  expect(Buffer.from((await held.readBytes("q/a/stdout.log")) ?? []).toString()).toBe("old");
  expect(await held.versionOf("q/a/results/new.txt")).toBeDefined();
});

it("a runner whose heartbeats get through does not ask whose the queue is", async () => {
  const objects = new StateObjects({ store, queueId: "q", hold });
  const held = heldStore(store, hold);
  await objects.put("q/status.json", bytes("0"));
  const list = vi.spyOn(store, "list");
  for (let beat = 1; beat <= 5; beat += 1) {
    clock.advance(HEARTBEAT_MS);
    await held.putBytes("q/a/merged.log", bytes(`${beat}`));
    await objects.put("q/status.json", bytes(`${beat}`));
  }
  expect(list).not.toHaveBeenCalled();
  clock.advance(2 * HEARTBEAT_MS);
  await Promise.all([1, 2, 3].map((of) => held.putBytes("q/a/merged.log", bytes(`late ${of}`))));
  expect(list).toHaveBeenCalledTimes(1);
});

it("is not sure by an answer that came long after it was asked for", async () => {
  const objects = new StateObjects({ store, queueId: "q", hold });
  await objects.put("q/status.json", bytes("0"));
  const real = store.putIfUnchanged.bind(store);
  vi.spyOn(store, "putIfUnchanged").mockImplementationOnce(async (...of) => {
    const version = await real(...of);
    clock.advance(60_000);
    return version;
  });
  await objects.put("q/status.json", bytes("1"));
  await take();
  await expect(hold.ensure()).rejects.toMatchObject({ code: "already-running" });
});
