import type { AgentConfig } from "./agent-config.js";

const MINUTE_MS = 60_000;

/** To read the console by, and no longer: a machine that cannot work must not cost its whole time to live. */
const SHORT_STAY_MS = 3 * MINUTE_MS;

export interface GivenUp {
  /** `undefined` where it cannot be read. */
  readonly config: Pick<AgentConfig, "on_complete" | "keep_on_failure_ms"> | undefined;
  /** Whether the queue ever ran here: then there may be something on the disk that is nowhere else. */
  readonly hasBegun: boolean;
  /** The instance was stopped for its queue's end before, and somebody has started it again. */
  readonly wasStopped: boolean;
}

/** What becomes of an instance whose agent has given up: no later than its deadline, whatever is said here. */
export type AfterGivingUp =
  | { readonly kind: "end-in"; readonly ms: number }
  /** The disk stays. */
  | { readonly kind: "stop" }
  /** Until its deadline. */
  | { readonly kind: "stay" };

export function afterGivingUp({ config, hasBegun, wasStopped }: GivenUp): AfterGivingUp {
  if (config === undefined || !hasBegun) return { kind: "end-in", ms: SHORT_STAY_MS };
  const { on_complete, keep_on_failure_ms } = config;
  if (on_complete === "terminate") return { kind: "end-in", ms: Math.max(SHORT_STAY_MS, keep_on_failure_ms) };
  return on_complete === "stop" && !wasStopped ? { kind: "stop" } : { kind: "stay" };
}
