import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@spawn/foundation";
import { afterEach, beforeEach, expect, it } from "vitest";
import { InstanceDeadline } from "./instance-deadline.js";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 27, 10);

let folder: string;
let clock: FakeClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-deadline-"));
  clock = new FakeClock({ wallMs: START, bootMs: 5_000 });
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(lifeMs: number, { generation = 1, now = clock } = {}): InstanceDeadline {
  const path = join(folder, "state/deadline.json");
  return new InstanceDeadline({ path, generation, configured: START + lifeMs, clock: now });
}

it("comes nearer, and is not put off by a restart or a reboot", () => {
  expect(open(60 * MINUTE).leftMs()).toBe(60 * MINUTE);
  clock.advance(10 * MINUTE);
  expect(open(60 * MINUTE).leftMs()).toBe(50 * MINUTE);
  const rebooted = new FakeClock({ wallMs: START + 20 * MINUTE, bootMs: 3_000 });
  expect(open(60 * MINUTE, { now: rebooted }).leftMs()).toBe(40 * MINUTE);
});

it("is kept where an extension has put it, also over a reboot", () => {
  const deadline = open(60 * MINUTE);
  const to = START + 120 * MINUTE;
  expect(deadline.refusal(to)).toBeUndefined();
  deadline.extend(to);
  expect([deadline.at, deadline.leftMs()]).toEqual([to, 120 * MINUTE]);
  const rebooted = new FakeClock({ wallMs: START + 90 * MINUTE, bootMs: 3_000 });
  expect(open(60 * MINUTE, { now: rebooted }).leftMs()).toBe(30 * MINUTE);
});

it("is the launch's again on another instance, and where the file is damaged", () => {
  open(60 * MINUTE).extend(START + 120 * MINUTE);
  expect(open(70 * MINUTE, { generation: 2 }).at).toBe(START + 70 * MINUTE);
  writeFileSync(join(folder, "state/deadline.json"), '{"generation":1,"dead');
  expect(open(60 * MINUTE).at).toBe(START + 60 * MINUTE);
});

it("does not move when somebody sets the clock back, and moves up when it is set forward", () => {
  const deadline = open(60 * MINUTE);
  clock.setWall(START - 600 * MINUTE);
  expect(deadline.leftMs()).toBe(60 * MINUTE);
  clock.setWall(START + 50 * MINUTE);
  expect(deadline.leftMs()).toBe(10 * MINUTE);
});

it("refuses what has passed, what is no extension, and what nobody means", () => {
  const deadline = open(60 * MINUTE);
  expect(deadline.refusal(START)).toContain("that has passed");
  expect(deadline.refusal(START + 60 * MINUTE)).toContain("already");
  expect(deadline.refusal(START + 31 * 24 * 60 * MINUTE)).toContain("30 days");
  expect(deadline.refusal(START + 30 * 24 * 60 * MINUTE)).toBeUndefined();
});

it("keeps two minutes free before it, of a short life a tenth or half a minute, counted from the first start", () => {
  expect(open(60 * MINUTE).marginMs).toBe(2 * MINUTE);
  rmSync(join(folder, "state"), { recursive: true });
  const short = open(10 * MINUTE);
  expect(short.marginMs).toBe(MINUTE);
  clock.advance(9 * MINUTE);
  expect(open(10 * MINUTE).marginMs).toBe(MINUTE);
  short.extend(START + 60 * MINUTE);
  expect(short.marginMs).toBe(2 * MINUTE);
  for (const [lifeMs, marginMs] of [
    [2 * MINUTE, MINUTE / 2],
    [MINUTE, MINUTE / 4],
  ] as const) {
    rmSync(join(folder, "state"), { recursive: true });
    const now = new FakeClock({ wallMs: START, bootMs: 5_000 });
    expect(open(lifeMs, { now }).marginMs).toBe(marginMs);
  }
});
