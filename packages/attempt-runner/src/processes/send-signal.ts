import { errnoOf } from "@spawn/foundation";

/** To a process or, with a negative number, to a group. */
export function sendSignal(pid: number, signal: number): "sent" | "gone" | "not-permitted" {
  try {
    process.kill(pid, signal);
    return "sent";
  } catch (error) {
    switch (errnoOf(error)) {
      case "ESRCH":
        return "gone";
      case "EPERM":
        return "not-permitted";
      default:
        throw error;
    }
  }
}
