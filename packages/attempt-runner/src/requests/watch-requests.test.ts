import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, seededRandom } from "@spawn/foundation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../testing/attempt-room.js";
import type { RunnerRequest } from "./request.js";
import { type RequestEvent, watchRequests } from "./watch-requests.js";
import { writeRequest } from "./write-request.js";

let folder: string;
let ending: AbortController;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-requests-"));
  ending = new AbortController();
});
afterEach(() => {
  ending.abort();
  rmSync(folder, { recursive: true });
});

const cancel: RunnerRequest = { kind: "cancel", force: false };

function watched(clock?: FakeClock): RequestEvent[] {
  const events: RequestEvent[] = [];
  const options = clock === undefined ? {} : { clock };
  watchRequests(folder, (event) => events.push(event), { signal: ending.signal, ...options });
  return events;
}

function finish(events: readonly RequestEvent[]): void {
  for (const event of events) if (event.type === "request") event.done();
}

describe("watchRequests", () => {
  it("delivers what is there in the order of its making, each once, until it is done", () => {
    const clock = new FakeClock();
    const random = seededRandom(1);
    const requests: RunnerRequest[] = [
      { kind: "cancel", force: true },
      cancel,
      { kind: "interrupt", cause: "ttl" },
    ];
    for (const request of requests) {
      writeRequest(folder, request, { clock, random });
      clock.advance(1);
    }
    expect(watched().map((event) => event.type === "request" && event.request)).toEqual(requests);
    const again = watched();
    expect(again).toHaveLength(3);
    finish(again);
    finish(again);
    expect(watched()).toEqual([]);
    expect(readdirSync(join(folder, "requests"))).toEqual([]);
  });

  it("delivers what comes later, once", async () => {
    const events = watched();
    const first = writeRequest(folder, cancel);
    await until(() => events.length === 1);
    const second = writeRequest(folder, { kind: "cancel", force: true });
    await until(() => events.length === 2);
    expect(events.map((event) => event.id)).toEqual([first, second]);
  });

  it("finds by looking what it is not told of", () => {
    const clock = new FakeClock();
    const events = watched(clock);
    writeRequest(folder, cancel);
    // No turn of the event loop has passed in which a change could have been told.
    expect(events).toEqual([]);
    clock.advance(2_000);
    expect(events).toHaveLength(1);
    clock.advance(10_000);
    expect(events).toHaveLength(1);
  });

  it("moves aside what is no request, and goes on", () => {
    mkdirSync(join(folder, "requests", "2.json"), { recursive: true });
    writeFileSync(join(folder, "requests", "1.json"), "{");
    writeFileSync(join(folder, "requests", "3.json"), JSON.stringify(cancel));
    writeFileSync(join(folder, "requests", ".4"), JSON.stringify(cancel));
    expect(watched()).toMatchObject([
      { type: "rejected", id: "1", problem: expect.stringContaining("not JSON") },
      { type: "rejected", id: "2", problem: expect.stringContaining("EISDIR") },
      { type: "request", id: "3" },
    ]);
    expect(readdirSync(join(folder, "requests")).sort()).toEqual([
      ".4",
      "1.rejected",
      "2.rejected",
      "3.json",
    ]);
  });

  it("ends with its signal", () => {
    const clock = new FakeClock();
    const events = watched(clock);
    ending.abort();
    writeRequest(folder, cancel);
    clock.advance(10_000);
    expect(events).toEqual([]);
    expect(clock.nextTimer()).toBeUndefined();
    expect(watched(clock)).toEqual([]);
    expect(clock.nextTimer()).toBeUndefined();
  });
});

describe("writeRequest", () => {
  it("explains a folder that cannot be written to", () => {
    const denied = expect.objectContaining({ code: "permission-denied" });
    expect(() => writeRequest("/sys", cancel)).toThrow(denied);
  });
});
