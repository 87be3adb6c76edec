import { unreachable } from "@spawn/foundation";
import type { Containment } from "../journal-events.js";

/** How attempts are held together, and what may be expected of it. */
export function describeContainment(containment: Containment): string {
  switch (containment) {
    case "cgroup-v2":
      return "cgroup v2 (all processes found, memory limited)";
    case "cgroup-v1":
      return "cgroup v1 (all processes found, memory limited)";
    case "process-group":
      return "process groups (hidden daemons may be missed, memory not limited)";
    default:
      return unreachable(containment);
  }
}
