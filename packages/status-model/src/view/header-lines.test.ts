import { expect, it } from "vitest";
import { queueStatus } from "../status/queue-status-of.js";
import { wallTimeIn } from "../status/wall-time.js";
import { firstPipelineRunning, foldOf, START_AT } from "../testing/index.js";
import { headerLines } from "./header-lines.js";

it("says of an instance what is told of it, and why", () => {
  const status = queueStatus(foldOf(firstPipelineRunning()), { wallMs: START_AT, t: 0, runner: "gone" });
  const instance = (told: object): string | undefined =>
    headerLines({ ...status, ...told }, wallTimeIn("UTC")).find(({ label }) => label === "Instance")?.value;
  const id = status.instance_id;
  const instance_state_reason = "Client.InternalError: Client error on launch";
  expect(instance({})).toBe(id);
  expect(instance({ instance_state: "terminated" })).toBe(`${id} (terminated)`);
  expect(instance({ instance_state: "terminated", instance_state_reason })).toBe(
    `${id} (terminated: Client.InternalError: Client error on launch)`,
  );
});

it("says of a queue whose new instance has told nothing that its jobs are as they were before", () => {
  const status = queueStatus(foldOf(firstPipelineRunning()), { wallMs: START_AT, t: 0, runner: "alive" });
  const silent = { ...status, status: "pending", nothing_heard_since: status.updated_at } as const;
  const below = (told: typeof status): string | undefined =>
    headerLines(told, wallTimeIn("UTC"), START_AT).find(({ label }) => label === "Jobs Below")?.value;
  expect(below(silent)).toBe("as they were before this instance");
  expect(below(status)).toBeUndefined();
  const unbegun = silent.job_details.map((job) => ({ ...job, attempt: 0 }));
  expect(below({ ...silent, job_details: unbegun })).toBeUndefined();
});
