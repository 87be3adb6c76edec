import { describe, expect, it } from "vitest";
import { CronSlots } from "./cron-slots.js";

/** The slots of a time zone within some hours, in UTC. */
function slots(expression: string, from: string, until: string, timezone = "Europe/Berlin"): string[] {
  const cron = new CronSlots(expression, timezone);
  const found: string[] = [];
  for (let at = Date.parse(from) - 1; ; ) {
    const next = cron.after(at);
    if (next === undefined || next > Date.parse(until)) return found;
    found.push(new Date(next).toISOString().slice(5, 16));
    at = next;
  }
}

describe("CronSlots", () => {
  it.each([
    ["0 2 * * *", "2026-11-21T02:00:00.000Z"],
    ["0 */6 * * *", "2026-11-20T18:00:00.000Z"],
    ["30 14 * * *", "2026-11-21T14:30:00.000Z"],
    ["0 * * * *", "2026-11-20T16:00:00.000Z"],
    ["0 0 * * 0", "2026-11-22T00:00:00.000Z"],
    ["0 0 1 * *", "2026-12-01T00:00:00.000Z"],
    ["@daily", "2026-11-21T00:00:00.000Z"],
  ])("%s comes next at %s", (expression, next) => {
    const now = Date.parse("2026-11-20T15:00:00Z");
    expect(new Date(new CronSlots(expression, "UTC").after(now)!).toISOString()).toBe(next);
  });

  it("comes strictly after a moment, and up to and with a moment", () => {
    const cron = new CronSlots("0 2 * * *", "UTC");
    const slot = Date.parse("2026-11-21T02:00:00Z");
    const day = 86_400_000;
    expect([cron.after(slot - 1), cron.after(slot), cron.after(slot + 1)]).toEqual([
      slot,
      slot + day,
      slot + day,
    ]);
    expect([cron.upTo(slot - 1), cron.upTo(slot), cron.upTo(slot + 1)]).toEqual([slot - day, slot, slot]);
  });

  // Europe/Berlin: on 29 March 2026 01:00Z the clocks go from 02:00 to 03:00, on 25 October 01:00Z from 03:00 to 02:00.
  it.each([
    ["a fixed time in the gap comes at its end", "30 2 * * *", "03-29T00:00", "03-29T12:00", ["03-29T01:00"]],
    [
      "a fixed time that is there twice comes once, first",
      "30 2 * * *",
      "10-24T23:00",
      "10-25T12:00",
      ["10-25T00:30"],
    ],
    [
      "fixed times of a list in the gap come at its end, once",
      "15,45 2 * * *",
      "03-29T00:00",
      "03-29T12:00",
      ["03-29T01:00"],
    ],
    [
      "fixed times of a range come once each",
      "0 1-3 * * *",
      "10-24T22:00",
      "10-25T12:00",
      ["10-24T23:00", "10-25T00:00", "10-25T02:00"],
    ],
    [
      "an hourly pattern leaves out the gap",
      "0 * * * *",
      "03-29T00:00",
      "03-29T02:00",
      ["03-29T00:00", "03-29T01:00", "03-29T02:00"],
    ],
    [
      "an hourly pattern comes in both",
      "0 * * * *",
      "10-25T00:00",
      "10-25T02:00",
      ["10-25T00:00", "10-25T01:00", "10-25T02:00"],
    ],
    ["steps in a fixed hour in the gap do not come", "*/30 2 * * *", "03-28T12:00", "03-29T12:00", []],
  ])("%s", (_, expression, from, until, expected) => {
    expect(slots(expression, `2026-${from}:00Z`, `2026-${until}:00Z`)).toEqual(expected);
  });

  it.each<[string, string, readonly string[]]>([
    [
      "61 25 0 13 9",
      "UTC",
      ['minute "61"', 'hour "25"', 'day of month "0"', 'month "13"', 'day of week "9"'],
    ],
    ["a 2 * * x", "UTC", ['minute "a"', 'day of week "x"']],
    ["*/0 2 * * *", "UTC", ['minute "*/0"']],
    ["0 2 * *", "UTC", ["has 4 fields, not five"]],
    ["0 0 2 * * *", "UTC", ["has 6 fields, not five"]],
    ["", "UTC", ["has 1 field, not five"]],
    ["@never", "UTC", ['"@never"']],
    ["0 0 31 2 *", "UTC", ["never comes"]],
    ["0 2 * * *", "Mars/Olympus", ['no time zone "Mars/Olympus"']],
    ["0 99 * * *", "Nowhere", ['hour "99"', 'no time zone "Nowhere"']],
  ])("refuses %j in %s, naming all that is wrong", (expression, timezone, messages) => {
    let message = "";
    try {
      new CronSlots(expression, timezone);
    } catch (error) {
      expect(error).toMatchObject({ code: "bad-arguments" });
      message = (error as Error).message;
    }
    for (const each of messages) expect(message).toContain(each);
    expect(message.split("\n")).toHaveLength(messages.length);
  });
});
