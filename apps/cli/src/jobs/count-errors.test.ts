import type { FailedJob } from "@spawn/job-queue";
import { expect, it } from "vitest";
import { countErrors } from "./count-errors.js";

function failed(jobId: number, errorMessage: string): FailedJob {
  const moment = "2026-01-27T10:00:00.000Z";
  return {
    ...{
      jobId,
      errorMessage,
      status: "failed",
      jobType: "training",
      priority: 5,
      config: {},
      needs: "command",
    },
    ...{
      retryCount: 0,
      maxRetries: 0,
      createdAt: moment,
      startedAt: moment,
      completedAt: moment,
      workerId: "w",
    },
  };
}

it("counts the errors of all failed jobs, page by page, the most frequent first", async () => {
  const jobs = Array.from({ length: 2500 }, (_, index) =>
    failed(2500 - index, index % 5 === 0 ? "exit code 1" : "out of memory"),
  );
  const manager = {
    listJobs: async ({ beforeJobId = 9999, limit = 100 }: { beforeJobId?: number; limit?: number } = {}) =>
      jobs.filter(({ jobId }) => jobId < beforeJobId).slice(0, limit),
  };
  expect(await countErrors(manager)).toEqual([
    { error_message: "out of memory", jobs: 2000 },
    { error_message: "exit code 1", jobs: 500 },
  ]);
});
