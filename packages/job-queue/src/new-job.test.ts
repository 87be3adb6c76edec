import { describe, expect, it } from "vitest";
import type { JsonValue } from "./json-value.js";
import { checkNewJob } from "./new-job.js";

const sound = { jobType: "training", config: { epochs: 10 } };

describe("checkNewJob", () => {
  it("fills in priority 5 and 3 retries", () => {
    expect(checkNewJob(sound)).toEqual({
      job_type: "training",
      config: '{"epochs":10}',
      priority: 5,
      max_retries: 3,
      needs: "type:training",
    });
  });

  it.each([0, 11, 5.5, Number.NaN])("refuses priority %d", (priority) => {
    expect(() => checkNewJob({ ...sound, priority })).toThrow(
      expect.objectContaining({ code: "bad-arguments", message: expect.stringContaining("from 1 to 10") }),
    );
  });

  it.each([-1, 0.5, Number.POSITIVE_INFINITY])("refuses %d retries", (maxRetries) => {
    expect(() => checkNewJob({ ...sound, maxRetries })).toThrow("max_retries");
  });

  it.each(["", "-a", "two words", "x".repeat(129)])("refuses the type %j", (jobType) => {
    expect(() => checkNewJob({ ...sound, jobType })).toThrow("job type");
  });

  const itself: Record<string, unknown> = {};
  itself.self = itself;
  it.each<[string, unknown]>([
    ["config is undefined", undefined],
    ["config.lr is NaN", { lr: Number.NaN }],
    ["config.a[1] is a bigint", { a: [1, 2n] }],
    ["config.f is a function", { f: () => 1 }],
    ["config.when is a Date", { when: new Date(0) }],
    ["config.self contains itself", itself],
    ["config has 1048577 bytes as JSON, more than the 1 MiB", "x".repeat(2 ** 20 - 1)],
    ["nested more than 500 levels deep", JSON.parse("[".repeat(600) + "]".repeat(600))],
  ])("refuses a config: %s", (message, config) => {
    expect(() => checkNewJob({ ...sound, config: config as JsonValue })).toThrow(message);
  });

  it("takes a config of exactly 1 MiB, and one in which a value occurs twice", () => {
    expect(checkNewJob({ ...sound, config: "x".repeat(2 ** 20 - 2) }).config).toHaveLength(2 ** 20);
    const shared = { a: 1 };
    expect(checkNewJob({ ...sound, config: { x: shared, y: shared } }).config).toBe(
      '{"x":{"a":1},"y":{"a":1}}',
    );
  });

  it("says all that is wrong at once", () => {
    expect(() => checkNewJob({ jobType: "", config: 1n as never, priority: 11, maxRetries: -1 })).toThrow(
      /job type[\s\S]*priority[\s\S]*max_retries[\s\S]*config/,
    );
  });
});
