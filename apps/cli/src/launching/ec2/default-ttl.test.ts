import { loadQueueFile } from "@spawn/config-schema";
import { describe, expect, it } from "vitest";
import { defaultTtlMs } from "./default-ttl.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function ttl(jobs: readonly object[], queue: object = {}): number {
  const file = { jobs: jobs.map((job) => ({ command: "true", ...job })), ...queue };
  const { spec, diagnostics } = loadQueueFile(JSON.stringify(file), { fileName: "q.json" });
  if (spec === undefined) throw new Error(JSON.stringify(diagnostics));
  return defaultTtlMs(spec);
}

describe("defaultTtlMs", () => {
  it("is the longest chain of timeouts, each as often as it may be tried, and half an hour", () => {
    const jobs = [
      { job_id: "a", timeout: "10m", retry_count: 3 },
      { job_id: "b", timeout: "25m" },
      { job_id: "c", timeout: "5m", depends_on: ["a", "b"] },
    ];
    expect(ttl(jobs)).toBe(65 * MINUTE);
  });

  it("is a day where nothing bounds it, and at most", () => {
    expect(ttl([{ job_id: "a" }])).toBe(24 * HOUR);
    expect(ttl([{ job_id: "a", timeout: "20h", retry_count: 2 }])).toBe(24 * HOUR);
  });

  it("knows the queue's own timeout, and what bounds a cleanup job", () => {
    expect(ttl([{ job_id: "a" }], { global_timeout: "2h" })).toBe(2.5 * HOUR);
    expect(ttl([{ job_id: "a", timeout: "1h" }], { global_timeout: "4h" })).toBe(1.5 * HOUR);
    expect(
      ttl([
        { job_id: "a", timeout: "5m" },
        { job_id: "z", always_run: true },
      ]),
    ).toBeLessThan(HOUR);
  });
});
