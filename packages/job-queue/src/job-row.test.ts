import { describe, expect, it } from "vitest";
import { type JobRow, jobOf, jobRowOf } from "./job-row.js";

const pending: JobRow = {
  job_id: 7,
  job_type: "training",
  status: "pending",
  priority: 5,
  config: '{"epochs":10}',
  created_at: "2026-01-27T10:00:00.000Z",
  started_at: null,
  completed_at: null,
  error_message: null,
  worker_id: null,
  retry_count: 0,
  max_retries: 3,
  needs: "type:training",
  not_before: null,
  lease_expires_at: null,
  cancel_requested: false,
};
const started = { started_at: "2026-01-27T10:00:01.000Z", worker_id: "worker-01" };
const over = { ...started, completed_at: "2026-01-27T10:00:02.000Z" };

const rows: readonly JobRow[] = [
  pending,
  { ...pending, not_before: "2026-01-27T10:01:00.000Z", error_message: "exit 1", retry_count: 1 },
  {
    ...pending,
    ...started,
    status: "running",
    lease_expires_at: "2026-01-27T10:00:31.000Z",
    cancel_requested: true,
  },
  { ...pending, ...over, status: "completed" },
  { ...pending, ...over, status: "failed", error_message: "exit 1" },
  { ...pending, ...over, status: "cancelled" },
  { ...pending, status: "cancelled", completed_at: "2026-01-27T10:00:02.000Z" },
];

describe("jobOf", () => {
  it.each(rows)("keeps all of a $status row", (row) => {
    expect(jobRowOf(jobOf(row))).toEqual(row);
  });

  it("has only the fields of the job's state", () => {
    expect(jobOf(pending)).not.toHaveProperty("workerId");
    expect(jobOf({ ...pending, ...over, status: "completed" })).not.toHaveProperty("errorMessage");
  });

  it("takes a row that no job can have for a bug", () => {
    expect(() => jobOf({ ...pending, status: "running" })).toThrow("job 7 is running and has no started_at");
  });
});
