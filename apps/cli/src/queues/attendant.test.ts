import { queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { paletteOf } from "../render/palette.js";
import type { FrameOf } from "../terminal/live-screen.js";
import { liveAttendant } from "./attendant.js";

const fold = foldOf(firstPipelineRunning());
const quietLook = { records: [], restarted: false, last: false };

function attended() {
  const frames: string[] = [];
  const clock = { nowMs: 0 };
  let statuses = 0;
  const screen = {
    draw: (frameOf: FrameOf) => {
      frames.push(frameOf({ columns: 80, rows: 24 }));
    },
    clear: () => {
      frames.length = 0;
    },
  };
  const queue = {
    fold,
    status: () => {
      statuses += 1;
      return queueStatus(fold, { wallMs: START_AT + 15_000, t: 15_000, runner: "alive" });
    },
  };
  const attendant = liveAttendant(screen, paletteOf(false), () => clock.nowMs);
  return { attendant, queue, frames, clock, statuses: () => statuses };
}

describe("liveAttendant", () => {
  it("works a status out at the first look, then once a second while nothing happens", () => {
    const { attendant, queue, clock, statuses } = attended();
    for (clock.nowMs = 0; clock.nowMs <= 2_000; clock.nowMs += 100) attendant.look(queue, quietLook);
    expect(statuses()).toBe(3);
  });

  it("shows at once what happens", () => {
    const { attendant, queue, clock, frames, statuses } = attended();
    attendant.look(queue, quietLook);
    clock.nowMs = 1;
    attendant.look(queue, {
      ...quietLook,
      records: [{ seq: 1, at: START_AT, event: { type: "queue-started", t: 0 } }],
    });
    expect(statuses()).toBe(2);
    expect(frames).toHaveLength(2);
  });

  it("says at once what is said, under what was shown", () => {
    const { attendant, queue, frames, statuses } = attended();
    attendant.look(queue, quietLook);
    attendant.say("Cancelling.");
    expect(frames.at(-1)).toMatch(/^first-pipeline {2}running[\s\S]*Cancelling\.$/);
    expect(statuses()).toBe(1);
  });

  it("leaves nothing on the screen", () => {
    const { attendant, queue, frames } = attended();
    attendant.look(queue, quietLook);
    attendant.leave();
    expect(frames).toEqual([]);
  });
});
