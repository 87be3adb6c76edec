import { queueStatus } from "@spawn/status-model";
import { firstPipelineCompleted, firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { whyLogsEnd } from "./why-logs-end.js";

const at = { wallMs: START_AT + 15_000, t: 15_000, runner: "gone" } as const;
const lost = queueStatus(foldOf(firstPipelineRunning()), at);

describe("whyLogsEnd", () => {
  it("says that the runner is gone, where to look, and how to go on", () => {
    expect(whyLogsEnd(lost, ["step1", "step2"], "last")).toBe(
      [
        "The queue is interrupted: its runner is gone.",
        "step2 may go on. What it wrote: spawn queue logs last step2 --raw",
        "To go on where it stopped: spawn queue resume last",
      ].join("\n"),
    );
  });

  it("speaks of the jobs that were followed alone", () => {
    expect(whyLogsEnd(lost, ["step1"], "last")).not.toContain("may go on");
  });

  it("says nothing of a queue that is over", () => {
    expect(whyLogsEnd(queueStatus(foldOf(firstPipelineCompleted()), at), ["step2"], "last")).toBeUndefined();
  });
});
