import { loadQueueFile } from "@spawn/config-schema";
import { describe, expect, it } from "vitest";
import { checkLocalSupport } from "./local-support.js";

function check(file: object): void {
  const { spec } = loadQueueFile(JSON.stringify(file), { fileName: "queue.json" });
  if (spec === undefined) throw new Error("the test's queue file is wrong");
  checkLocalSupport(spec);
}

describe("checkLocalSupport", () => {
  it("names each field that would be ignored, and its job", () => {
    expect(() =>
      check({
        result_s3_prefix: "nightly",
        jobs: [{ job_id: "b", command: "true", secrets: { KEY: "ssm:/key" } }],
      }),
    ).toThrow(
      expect.objectContaining({
        code: "not-supported",
        message:
          "not supported in a local run yet: result_s3_prefix without result_s3_bucket, secrets (job b)",
      }),
    );
  });

  it("is content with the rest", () => {
    expect(() =>
      check({
        ...{ result_s3_bucket: "bucket", result_s3_prefix: "nightly" },
        max_parallel: 2,
        jobs: [{ job_id: "a", command: "true", resources: { cpus: 2 } }],
      }),
    ).not.toThrow();
  });
});
