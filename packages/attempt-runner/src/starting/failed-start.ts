import type { AttemptEnd, RunningAttempt } from "../attempt.js";

/** An attempt that is over before it began. */
export function failedStart(message: string | Promise<string>): RunningAttempt {
  const endOf = (text: string): AttemptEnd => ({
    outcome: { reason: "start-failed", message: text },
    leftBehind: 0,
  });
  return {
    ended: Promise.resolve(message).then(endOf),
    stop: () => {},
    kill: () => {},
    commandPid: () => undefined,
    usage: () => ({}),
  };
}
