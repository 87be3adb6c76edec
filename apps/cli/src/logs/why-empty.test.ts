import { queueStatus } from "@spawn/status-model";
import { attemptEvents, buildJob, buildQueueCreated, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { notStoredYet, whyEmpty } from "./why-empty.js";

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

describe("notStoredYet", () => {
  const live = new Map([["train", { recentOutput: ["Epoch 174/400", "Epoch 175/400"] }]]);
  const begun = foldOf([
    buildQueueCreated([buildJob("train"), buildJob("quiet")]),
    { type: "queue-started", t: 0 },
    ...attemptEvents("train", 1, 0),
  ]);
  const running = queueStatus(begun, { wallMs: START_AT + 30, t: 30, runner: "alive", live });

  it("shows the last lines of a job that has printed", () => {
    expect(notStoredYet(running, ["train", "quiet"])).toBe(
      "The log of train is not in the store yet (running). Its last lines:\n  Epoch 174/400\n  Epoch 175/400",
    );
  });

  it("says nothing of those that have not", () => {
    expect(notStoredYet(running, ["quiet"])).toBeUndefined();
  });
});
