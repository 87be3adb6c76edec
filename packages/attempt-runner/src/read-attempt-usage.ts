import { findWrapperByPid } from "./adopting/find-wrapper.js";
import type { AttemptUsage } from "./attempt.js";
import { cgroupOf } from "./containment/attempt-cgroup.js";
import { cgroupTree, tracedTree } from "./processes/attempt-tree.js";
import { readClaim } from "./starting/claim.js";

export interface UsageQuery {
  /** The attempt's claim file. */
  readonly claim: string;
  readonly marker: string;
}

/** What an attempt uses now, for who is not its runner. Empty before its start and after its end. */
export function readAttemptUsage({ claim, marker }: UsageQuery): AttemptUsage {
  const claimed = readClaim(claim);
  if (claimed.kind !== "claimed") return {};
  if (claimed.cgroup.length > 0) return cgroupTree(cgroupOf(claimed.cgroup), claimed.pid).usage();
  const wrapper = findWrapperByPid(claimed.pid, claim);
  return wrapper === undefined ? {} : tracedTree({ marker, wrapper }, () => true).usage();
}
