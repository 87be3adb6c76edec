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
