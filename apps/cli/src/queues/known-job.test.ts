import { describe, expect, it } from "vitest";
import { requireJob } from "./known-job.js";

describe("requireJob", () => {
  it("is content with a job that is there", () => {
    expect(() => requireJob("q", ["job", "other"], "job")).not.toThrow();
  });

  it("says which was meant, and which there are", () => {
    expect(() => requireJob("q", ["job", "other"], "joi")).toThrow(
      expect.objectContaining({
        code: "job-not-found",
        message: "queue q has no job joi",
        hint: "Did you mean job?\nIts jobs: job, other",
      }),
    );
  });

  it("names no more than twenty", () => {
    const jobs = Array.from({ length: 25 }, (_, i) => `task-${i + 1}`);
    expect(() => requireJob("q", jobs, "nope")).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^Its jobs: task-1, .*task-20 and 5 more$/) }),
    );
  });
});
