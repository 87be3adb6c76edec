import type { RunnerStarted } from "../journal-events.js";
import { isAmount, isOrdinal, isString, oneOf, type Shape } from "./guards.js";

export const runnerStartedFields: Shape<Omit<RunnerStarted, "type" | "at">> = {
  t: isAmount,
  epoch: isOrdinal,
  pid: isOrdinal,
  bootId: isString,
  bootMs: isAmount,
  version: isString,
  containment: oneOf("cgroup-v2", "cgroup-v1", "process-group"),
};
