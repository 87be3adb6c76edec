import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@spawn/foundation";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Completion } from "../completion-file.js";
import { type EndSources, EndWatch } from "./end-watch.js";
import { InstanceDeadline } from "./instance-deadline.js";
import type { SpotNotice } from "./spot-notice.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let folder: string;
let clock: FakeClock;
let heard: string[];
let warnings: string[];
let ending: AbortController;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-watch-"));
  clock = new FakeClock();
  ending = new AbortController();
  heard = [];
  warnings = [];
});

afterEach(() => {
  ending.abort();
  rmSync(folder, { recursive: true });
});

/** Over an instance that may live for an hour. */
function watchOver(changes: Partial<EndSources> = {}): { watch: EndWatch; deadline: InstanceDeadline } {
  const configured = clock.wallMs() + 60 * MINUTE;
  const deadline = new InstanceDeadline({ path: join(folder, "d.json"), generation: 1, configured, clock });
  const sources: EndSources = {
    deadline,
    spotNotice: undefined,
    completion: () => undefined,
    completionDelayMs: 30 * SECOND,
    idleTimeoutMs: undefined,
    load: async () => idleLoad,
    clock,
    log: pino({ level: "silent" }),
    ...changes,
  };
  const at = (): string => `${clock.bootMs() / MINUTE}`;
  const listener = {
    onDue: (cause: string) => heard.push(`${cause} at ${at()}`),
    onDeadline: () => heard.push(`over at ${at()}`),
    onWarning: (message: string) => warnings.push(`${at()}: ${message}`),
  };
  const watch = new EndWatch(sources, listener);
  watch.start(ending.signal);
  return { watch, deadline };
}

const idleLoad = { cpu: { busy: 0, total: 0 }, networkBytes: 0, terminals: 0, gpuPercent: 0 };

/** Time passes second by second, so that what was asked for has its answer. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += SECOND) {
    clock.advance(SECOND);
    await Promise.resolve();
    await Promise.resolve();
  }
}

describe("the deadline", () => {
  it("is warned of five minutes before, stops the queue two minutes before, and then is the end", async () => {
    watchOver();
    await pass(61 * MINUTE);
    expect(heard).toEqual(["ttl at 58", "over at 60"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^55: the instance ends at 2026-01-27T11:00:00.000Z.* in 3m/),
    ]);
  });

  it("that is extended is warned of again and comes later, even when the queue was being stopped for it", async () => {
    const { watch, deadline } = watchOver();
    await pass(59 * MINUTE);
    expect(watch.due).toBe("ttl");
    deadline.extend(deadline.at + 60 * MINUTE);
    watch.deadlineMoved();
    expect(watch.due).toBeUndefined();
    await pass(62 * MINUTE);
    expect(heard).toEqual(["ttl at 58", "ttl at 118", "over at 120"]);
    expect(warnings.map((warning) => warning.split(":")[0])).toEqual(["55", "115"]);
  });

  it("that has passed before the agent started is here at once", () => {
    const past = clock.wallMs() - 1;
    const deadline = new InstanceDeadline({
      path: join(folder, "p.json"),
      generation: 1,
      configured: past,
      clock,
    });
    watchOver({ deadline });
    expect(heard).toEqual(["ttl at 0", "over at 0"]);
  });
});

describe("a spot notice", () => {
  it("is asked for every five seconds, and comes before a deadline that is due already", async () => {
    let notice: SpotNotice | undefined;
    const ask = vi.fn(async () => notice);
    const { watch } = watchOver({ spotNotice: ask });
    await pass(MINUTE);
    expect(ask).toHaveBeenCalledTimes(13);
    await pass(57 * MINUTE);
    notice = { action: "terminate", at: 5 };
    await pass(5 * SECOND);
    expect([watch.due, watch.spotNotice]).toEqual(["spot", notice]);
    expect(heard[0]).toBe("ttl at 58");
    expect(heard[1]).toMatch(/^spot at 58\.0/);
  });

  it("that cannot be asked for is none", async () => {
    watchOver({ spotNotice: () => Promise.reject(new Error("no answer")) });
    await pass(MINUTE);
    expect(heard).toEqual([]);
  });
});

describe("a completion file", () => {
  it("ends the instance after its grace, with what it says by then", async () => {
    let said: Completion | undefined;
    const { watch } = watchOver({ completion: () => said });
    await pass(MINUTE);
    said = { status: "success" };
    await pass(20 * SECOND);
    said = { status: "failure", message: "no data" };
    expect(heard).toEqual([]);
    await pass(11 * SECOND);
    expect(heard).toEqual([expect.stringMatching(/^completion at 1\.5/)]);
    expect(watch.completion).toEqual(said);
  });
});

describe("an idle instance", () => {
  it("is warned of five minutes before its end, which is counted anew when something happens", async () => {
    let terminals = 0;
    watchOver({ idleTimeoutMs: 10 * MINUTE, load: async () => ({ ...idleLoad, terminals }) });
    await pass(6 * MINUTE);
    expect(warnings).toEqual(["5: the instance is idle and ends in 5m"]);
    terminals = 1;
    await pass(MINUTE);
    terminals = 0;
    await pass(9.5 * MINUTE);
    expect(heard).toEqual([]);
    await pass(MINUTE);
    expect(heard).toEqual(["idle at 17"]);
    expect(warnings).toHaveLength(2);
  });

  it("is none while a queue runs", async () => {
    const { watch } = watchOver({ idleTimeoutMs: 10 * MINUTE });
    watch.setQueueRuns(true);
    await pass(40 * MINUTE);
    expect(heard).toEqual([]);
    watch.setQueueRuns(false);
    await pass(11 * MINUTE);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^idle at 50/);
  });
});
