import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallTimeIn } from "./wall-time.js";

const TEN = Date.UTC(2026, 0, 27, 18, 0, 0);

describe("wallTimeIn", () => {
  it.each([
    ["America/Los_Angeles", "2026-01-27T10:00:00-08:00", "2026-01-27 10:00:00 PST"],
    ["Europe/Berlin", "2026-01-27T19:00:00+01:00", "2026-01-27 19:00:00 GMT+1"],
    ["Asia/Kathmandu", "2026-01-27T23:45:00+05:45", "2026-01-27 23:45:00 GMT+5:45"],
    ["UTC", "2026-01-27T18:00:00+00:00", "2026-01-27 18:00:00 UTC"],
  ])("writes times of %s", (zone, rfc3339, shown) => {
    const time = wallTimeIn(zone);
    expect(time.rfc3339(TEN + 999)).toBe(rfc3339);
    expect(time.shown(TEN + 999)).toBe(shown);
  });

  it("follows daylight saving time", () => {
    const time = wallTimeIn("America/Los_Angeles");
    const change = Date.UTC(2026, 2, 8, 10, 0, 0);
    expect(time.shown(change - 1)).toBe("2026-03-08 01:59:59 PST");
    expect(time.shown(change)).toBe("2026-03-08 03:00:00 PDT");
  });

  it("names the same moment in every zone", () => {
    const zones = ["America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"].map(
      wallTimeIn,
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(zones.length - 1), (wallMs, index) => {
        const text = zones[index]?.rfc3339(wallMs) ?? "";
        expect(Date.parse(text)).toBe(Math.floor(wallMs / 1000) * 1000);
      }),
      { seed: 7 },
    );
  });
});
