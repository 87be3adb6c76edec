import { queueStatus } from "@spawn/status-model";
import { attemptEvents, buildJob, buildQueueCreated, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { whyEmpty } from "./why-empty.js";

const fold = foldOf([
  buildQueueCreated([buildJob("train"), buildJob("evaluate", { dependsOn: ["train"] }), buildJob("quiet")]),
  { type: "queue-started", t: 0 },
  ...attemptEvents("quiet", 1, 0, { t: 10 }),
  ...attemptEvents("train", 1, 10, { t: 20, outcome: { reason: "start-failed", message: "no such shell" } }),
]);
const status = queueStatus(fold, { wallMs: START_AT + 30, t: 30, runner: "alive" });

describe("whyEmpty", () => {
  it.each([
    [
      "train",
      /^train has printed nothing \(failed: .*no such shell.*\)\.\nMore: spawn queue explain q train$/,
    ],
    ["evaluate", /^evaluate has not run \(blocked: a job it depends on did not complete\)\./],
    ["quiet", /^quiet has printed nothing \(completed(: .*)?\)\./],
  ])("says of %s its state and reason", (job, words) => {
    expect(whyEmpty(status, job, "q")).toMatch(words);
  });
});
