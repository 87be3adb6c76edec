import type { KeptInstance } from "@spawn/status-model";
import type { NextStep } from "./next-step.js";

/**
 * The instance as it stays after its queue, and costs; `undefined` where it ends.
 *
 * @param deadline wall clock, ms since the Unix epoch: of a stopped one, that is when AWS ends it
 */
export function keptInstance(step: NextStep, deadline: number): KeptInstance | undefined {
  if (step.kind === "keep") return { until: Math.ceil(step.until), as: "running" };
  const isStopped = step.kind === "end" && step.how === "stop";
  return isStopped ? { until: Math.ceil(deadline), as: "stopped" } : undefined;
}
