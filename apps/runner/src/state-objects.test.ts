import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { MemoryStore } from "@spawn/result-store/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { claimTakeover } from "./moving/claim-takeover.js";
import { QueueHold } from "./queue-hold.js";
import { StateObjects } from "./state-objects.js";

const STATUS = "q/status.json";
const JOURNAL = "q/journal/000001.jsonl";
const ASKED = ["putIfUnchanged", "growIfUnchanged", "versionOf", "readBytes", "list"] as const;

let store: MemoryStore;
let folder: string;
let journal: string;

beforeEach(() => {
  store = new MemoryStore();
  folder = mkdtempSync(join(tmpdir(), "spawn-state-"));
  journal = join(folder, "journal.jsonl");
  writeFileSync(journal, "header\nrecord 1\n");
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const clock = new FakeClock();
const holdOf = (instanceId: string): QueueHold => new QueueHold({ store, queueId: "q", instanceId, clock });
const objectsOf = (instanceId: string): StateObjects =>
  new StateObjects({ store, queueId: "q", hold: holdOf(instanceId) });
const bytes = (text: string): Uint8Array => Buffer.from(text);
const stored = async (key: string): Promise<string> =>
  Buffer.from((await store.readBytes(key)) ?? []).toString();
const take = (instanceId: string): Promise<void> =>
  claimTakeover(store, { queueId: "q", epoch: 1, instanceId, wallMs: 0 });

/** What is asked of the store from now on. */
function asked(): readonly string[] {
  const calls: string[] = [];
  for (const name of ASKED) {
    const real = store[name].bind(store) as (...of: never[]) => unknown;
    vi.spyOn(store, name).mockImplementation(((...of: never[]) => {
      calls.push(name);
      return real(...of);
    }) as never);
  }
  return calls;
}

/** Everything that is put waits from now on, as of a runner that is stopped; returns how it goes on. */
function stop(): { readonly reached: Promise<void>; goOn(): void } {
  let goOn = (): void => undefined;
  let arrive = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const through = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  store.beforePut = async () => {
    store.beforePut = async () => {};
    arrive();
    await through;
  };
  return { reached, goOn };
}

describe("a queue's state", () => {
  it("costs one request a time, and none where a journal has not grown", async () => {
    const objects = objectsOf("i-1");
    await objects.growJournal(JOURNAL, journal);
    await objects.put(STATUS, bytes("1"));
    const calls = asked();
    await objects.growJournal(JOURNAL, journal);
    await objects.put(STATUS, bytes("2"));
    expect(calls).toEqual(["putIfUnchanged"]);
    appendFileSync(journal, "record 2\n");
    await objects.growJournal(JOURNAL, journal);
    expect(calls).toEqual(["putIfUnchanged", "growIfUnchanged", "putIfUnchanged"]);
    expect(await stored(JOURNAL)).toBe("header\nrecord 1\nrecord 2\n");
  });

  it("is gone on with by the next runner of the same instance", async () => {
    await objectsOf("i-1").put(STATUS, bytes("1"));
    await objectsOf("i-1").growJournal(JOURNAL, journal);
    appendFileSync(journal, "record 2\n");
    const next = objectsOf("i-1");
    await next.growJournal(JOURNAL, journal);
    await next.put(STATUS, bytes("2"));
    expect([await stored(STATUS), await stored(JOURNAL)]).toEqual(["2", "header\nrecord 1\nrecord 2\n"]);
  });

  it("is written over when what was there is nobody's who has the queue, or has gone", async () => {
    const objects = objectsOf("i-1");
    await objects.put(STATUS, bytes("1"));
    await store.putBytes(STATUS, bytes("settled by a command"));
    await objects.put(STATUS, bytes("2"));
    expect(await stored(STATUS)).toBe("2");
    await store.remove(STATUS);
    await objects.put(STATUS, bytes("3"));
    expect(await stored(STATUS)).toBe("3");
  });

  it("is looked at again after a write of which nobody knows what became", async () => {
    const objects = objectsOf("i-1");
    await objects.put(STATUS, bytes("1"));
    const real = store.putIfUnchanged.bind(store);
    vi.spyOn(store, "putIfUnchanged").mockImplementationOnce(async (...of) => {
      await real(...of);
      throw new Error("no answer");
    });
    await expect(objects.put(STATUS, bytes("2"))).rejects.toThrow("no answer");
    expect(await stored(STATUS)).toBe("2");
    await objects.put(STATUS, bytes("3"));
    expect(await stored(STATUS)).toBe("3");
  });

  it.each([
    ["that knows what was there", true],
    ["that has looked just now", false],
  ])("is not written over by an old runner %s and was stopped before its write", async (_, isKnown) => {
    await store.putBytes(STATUS, bytes("0"));
    const old = objectsOf("i-1");
    if (isKnown) await old.put(STATUS, bytes("1"));
    const stopped = stop();
    const late = old.put(STATUS, bytes("late"));
    await stopped.reached;
    await take("i-2");
    await objectsOf("i-2").put(STATUS, bytes("of the new one"));
    stopped.goOn();
    await expect(late).rejects.toMatchObject({
      code: "already-running",
      message: expect.stringContaining("i-2 has taken q over"),
    });
    await expect(old.put(STATUS, bytes("again"))).rejects.toMatchObject({ code: "already-running" });
    expect(await stored(STATUS)).toBe("of the new one");
  });

  it("is not begun again by a runner that has lost it", async () => {
    await take("i-2");
    const old = objectsOf("i-1");
    await expect(old.put(STATUS, bytes("1"))).rejects.toMatchObject({ code: "already-running" });
    await expect(old.growJournal(JOURNAL, journal)).rejects.toMatchObject({ code: "already-running" });
    expect(await store.versionOf(STATUS)).toBeUndefined();
    expect(await store.versionOf(queueKeys("q").journal("000001.jsonl"))).toBeUndefined();
  });

  it("is not written over by a runner whose journal is another one, though nobody took anything from anybody", async () => {
    const other = join(folder, "other.jsonl");
    writeFileSync(other, "header\nrecord 1 of another\n");
    await objectsOf("i-2").growJournal(JOURNAL, other);
    await expect(objectsOf("i-1").growJournal(JOURNAL, journal)).rejects.toMatchObject({
      code: "already-running",
      message: expect.stringContaining("the journal of another runner"),
    });
    expect(await stored(JOURNAL)).toBe("header\nrecord 1 of another\n");
  });

  it("that others write over again and again is an error that says so", async () => {
    vi.spyOn(store, "putIfUnchanged").mockResolvedValue(undefined);
    await expect(objectsOf("i-1").put(STATUS, bytes("1"))).rejects.toMatchObject({ code: "store-failed" });
  });
});
