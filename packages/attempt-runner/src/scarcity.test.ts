import { FakeClock } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { whenNotScarce } from "./scarcity.js";

describe("whenNotScarce", () => {
  it("looks again until there is a descriptor for it", () => {
    const clock = new FakeClock();
    let looks = 0;
    whenNotScarce(clock, () => {
      looks += 1;
      if (looks < 3) throw Object.assign(new Error("none left"), { code: looks === 1 ? "EMFILE" : "ENFILE" });
    });
    expect(looks).toBe(1);
    clock.advance(1000);
    expect(looks).toBe(3);
    expect(clock.nextTimer()).toBeUndefined();
  });

  it("lets every other error through", () => {
    const failure = Object.assign(new Error("broken"), { code: "EIO" });
    expect(() =>
      whenNotScarce(new FakeClock(), () => {
        throw failure;
      }),
    ).toThrow(failure);
  });
});
