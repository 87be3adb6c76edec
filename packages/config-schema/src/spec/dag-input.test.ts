import { validateDag } from "@spawn/dag-core";
import { expect, it } from "vitest";
import { exampleQueueFiles } from "../testing/snippets.js";
import { toDagInput } from "./dag-input.js";
import { loadQueueFile } from "./load-queue-file.js";

it("gives the scheduler what it needs, and nothing else", () => {
  const text = JSON.stringify({
    on_failure: "continue",
    global_timeout: "1h",
    jobs: [
      { job_id: "a", command: "true", timeout: "5m", on_failure: "b" },
      { job_id: "b", command: "true", depends_on: ["a"], always_run: true, retry_count: 2 },
    ],
  });
  const { spec } = loadQueueFile(text, { fileName: "q" });
  const retry = { backoff: "exponential", baseDelayMs: 60_000, maxDelayMs: 3_600_000, jitter: 0 };
  expect(spec && toDagInput(spec)).toEqual({
    failureMode: "continue",
    globalTimeoutMs: 3_600_000,
    jobs: [
      {
        id: "a",
        dependsOn: [],
        alwaysRun: false,
        timeoutMs: 300_000,
        onFailure: "b",
        retry: { ...retry, maxAttempts: 1 },
      },
      { id: "b", dependsOn: ["a"], alwaysRun: true, retry: { ...retry, maxAttempts: 2 } },
    ],
  });
});

it.each(exampleQueueFiles())("makes a DAG of $name", ({ text }) => {
  const { spec } = loadQueueFile(text, { fileName: "q" });
  expect(spec && validateDag(toDagInput(spec))).toEqual([]);
});
