import type { TimerEvent } from "@spawn/dag-core";
import { FakeClock } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { Alarms } from "./alarms.js";
import { QueueClock } from "./queue-clock.js";

const timeout = (job: string, attempt: number): TimerEvent => ({
  type: "attempt-timed-out",
  t: 0,
  job,
  attempt,
});

function open(): { machine: FakeClock; rung: TimerEvent[]; alarms: Alarms } {
  const machine = new FakeClock({ bootMs: 5_000 });
  const rung: TimerEvent[] = [];
  return {
    machine,
    rung,
    alarms: new Alarms(new QueueClock(machine, undefined), (event) => rung.push(event)),
  };
}

describe("Alarms", () => {
  it("rings at its time on the scheduler's clock", () => {
    const { machine, rung, alarms } = open();
    alarms.set(100, timeout("a", 1));
    machine.advance(99);
    expect(rung).toEqual([]);
    machine.advance(1);
    expect(rung).toEqual([timeout("a", 1)]);
    expect(alarms.size).toBe(0);
  });

  it("does not care when somebody sets the wall clock", () => {
    const { machine, rung, alarms } = open();
    alarms.set(100, timeout("a", 1));
    machine.setWall(0);
    machine.advance(100);
    expect(rung).toHaveLength(1);
  });

  it("forgets the timeout of an attempt that ended, and replaces that of an earlier one", () => {
    const { machine, rung, alarms } = open();
    alarms.set(100, timeout("a", 1));
    alarms.attemptEnded("a");
    expect(alarms.size).toBe(0);
    alarms.set(150, timeout("a", 2));
    alarms.set(200, timeout("a", 2));
    machine.advance(300);
    expect(rung).toEqual([timeout("a", 2)]);
  });
});
