import type { Clock } from "@spawn/foundation";
import type { AgentParts } from "./agent-parts.js";

const AGAIN_AFTER_MS = 30_000;

export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.wakeAt(clock.bootMs() + ms, resolve);
  });
}

/** Ends the machine, however often it has to be told. */
export async function endMachine(
  { machine, clock }: Pick<AgentParts, "machine" | "clock">,
  how: "terminate" | "stop",
): Promise<void> {
  while (!(await (how === "stop" ? machine.stop() : machine.powerOff()))) await pause(clock, AGAIN_AFTER_MS);
}

/** Has the system's own shutdown armed; sooner or later, where that does not work at once. */
export async function armShutdown(
  parts: Pick<AgentParts, "machine" | "clock" | "deadline">,
  signal: AbortSignal,
): Promise<void> {
  const { machine, clock, deadline } = parts;
  if (await machine.arm(deadline.leftMs())) return;
  clock.wakeAt(clock.bootMs() + AGAIN_AFTER_MS, () => {
    if (!signal.aborted) void armShutdown(parts, signal);
  });
}
