import type { AttemptFiles } from "./attempt.js";
import { machineClock } from "./machine-clock.js";
import type { AttemptOptions } from "./start-attempt.js";
import { SupervisedAttempt } from "./supervised-attempt.js";

/**
 * Ends what still runs on this machine of an attempt whose instance is gone, and with it its claim and its output: TERM,
 * and KILL after the grace. Its processes are known by their marker alone, so that those which took it out of their
 * environment and left their parents are not found.
 *
 * @param files where such an attempt's would lie; nothing is written there
 */
export async function endStrayAttempt(
  marker: string,
  files: AttemptFiles,
  { clock = machineClock }: Pick<AttemptOptions, "clock"> = {},
): Promise<void> {
  const attempt = new SupervisedAttempt({
    ...{ files, background: "kill", graceMs: undefined, clock },
    ...{ trace: { marker }, enclosure: { kind: "inherited" } },
  });
  attempt.wrapperEnded({ kind: "unknown" });
  await attempt.ended;
}
