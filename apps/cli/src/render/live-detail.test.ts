import type { JobStatus } from "@spawn/status-model";
import { describe, expect, it } from "vitest";
import { liveDetail } from "./live-detail.js";

const job: JobStatus = {
  job_id: "train",
  status: "pending",
  command: "true",
  attempt: 1,
  attempts: 1,
  max_attempts: 3,
};
const now = "2026-01-27T10:00:00-08:00";

describe("liveDetail", () => {
  it.each<[Partial<JobStatus>, string]>([
    [{ status: "running", elapsed: "5s" }, "5s"],
    [{ status: "running", elapsed: "5s", attempts: 2 }, "5s  attempt 2/3"],
    [{ status: "running", elapsed: "5s", reason: "timeout" }, "5s  ending: timed out"],
    [
      { status: "running", reason: "unwatched" },
      "its runner is gone; it may go on, and a resume takes it over",
    ],
    [
      { status: "retrying", reason: "exit", exit_code: 3, retry_at: "2026-01-27T10:00:02-08:00" },
      "attempt 2/3 in 2s (exit code 3)",
    ],
    [{ status: "completed", duration: "2m3s" }, "2m3s"],
    [{ status: "failed", duration: "2s", reason: "exit", exit_code: 3 }, "2s  exit code 3"],
    [{ status: "pending", reason: "waiting-for-dependencies", blocked_by: ["a", "b"] }, "after a, b"],
    [{ status: "pending", reason: "waiting-for-slot", blocked_by: [] }, "waits for a slot"],
    [
      { status: "pending", reason: "waiting-for-resources", resources: { gpus: 1 }, blocked_by: [] },
      "waits for resources (gpus: 1)",
    ],
    [{ status: "blocked", blocked_by: ["a"] }, "needs a"],
  ])("of %o is %s", (fields, words) => {
    expect(liveDetail({ ...job, ...fields }, now)).toBe(words);
  });
});
