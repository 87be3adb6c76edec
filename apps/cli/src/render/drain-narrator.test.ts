import { type JournalEvent, queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { expect, it } from "vitest";
import { DrainNarrator } from "./drain-narrator.js";

/** `status.json` once these have come after the pipeline's second job had begun. */
function told(...events: readonly JournalEvent[]): string {
  const fold = foldOf([...firstPipelineRunning(), ...events]);
  return JSON.stringify(queueStatus(fold, { wallMs: START_AT, t: 20_000, runner: "alive" }));
}

const ended: JournalEvent = {
  ...{ type: "attempt-ended", t: 16_000, job: "step2", attempt: 1 },
  outcome: { reason: "interrupted" },
  random: 0,
};
const unstored: JournalEvent = {
  ...{ type: "results-unstored", t: 17_000, job: "step2", attempt: 1 },
  message: "S3 says SlowDown",
  delayed: true,
};

it("says now and then what an instance that is to end is still at", () => {
  const said: string[] = [];
  const narrator = new DrainNarrator((line) => said.push(line));
  const looks = [
    [2_000, undefined],
    [15_300, undefined],
    [20_000, told()],
    [31_000, told()],
    [46_500, told({ type: "interrupt-requested", t: 15_500, cause: "shutdown" }, ended, unstored)],
    [62_000, told({ type: "interrupt-requested", t: 15_500, cause: "shutdown" }, ended)],
  ] as const;
  for (const [waitedMs, heard] of looks) narrator.look({ waitedMs, heard });
  expect(said).toEqual([
    "15s: nothing heard of it yet",
    "31s: stopping step2",
    "46s: step2: S3 says SlowDown",
    "1m 2s: storing what there is",
  ]);
});
