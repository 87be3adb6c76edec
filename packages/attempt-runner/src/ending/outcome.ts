import { constants } from "node:os";
import { unreachable } from "@spawn/foundation";
import type { AttemptEnd, StopCause } from "../attempt.js";
import type { Claim } from "../starting/claim.js";
import { CLAIM_LOST_STATUS } from "../starting/wrapper.js";

/** What is known of the wrapper's own end. The claim file wins over it; an adopted wrapper's is unknown. */
export type WrapperEnd =
  | { readonly kind: "exited"; readonly pid: number; readonly status: number }
  | { readonly kind: "killed"; readonly signal: number }
  | { readonly kind: "unknown" };

type Settled = Omit<AttemptEnd, "leftBehind">;

/** Highest number of a signal on Linux. */
const LAST_SIGNAL = 64;

export interface SettleFacts {
  readonly cause?: StopCause | undefined;
  /** Whether the kernel has killed a process of the attempt for want of memory. */
  readonly oomKilled?: boolean;
}

/** Why an attempt ended, for started and adopted ones alike. `claim` is read after the wrapper's end. */
export function settle(
  claim: Claim,
  wrapperEnd: WrapperEnd,
  { cause, oomKilled = false }: SettleFacts = {},
): Settled {
  const settled = settleAlone(claim, wrapperEnd);
  if (cause === undefined) {
    return oomKilled && hasFailed(settled) ? { ...settled, outcome: { reason: "oom" } } : settled;
  }
  const { exitCode } = settled;
  return exitCode === undefined ? { outcome: { reason: cause } } : { outcome: { reason: cause }, exitCode };
}

function hasFailed({ outcome }: Settled): boolean {
  return outcome.reason === "signal" || (outcome.reason === "exit" && outcome.exitCode !== 0);
}

function settleAlone(claim: Claim, wrapperEnd: WrapperEnd): Settled {
  switch (claim.kind) {
    case "void":
      return { outcome: { reason: "never-started" } };
    case "ended":
      return isAnothers(claim, wrapperEnd) ? startedTwice(claim.pid) : exited(claim.exitCode);
    case "claimed":
      if (isAnothers(claim, wrapperEnd)) return startedTwice(claim.pid);
      // Without an exit line only where nothing more could be written to the file.
      return wrapperEnd.kind === "exited" ? exited(wrapperEnd.status) : killedBy(wrapperEnd);
    case "unclaimed":
    case "empty":
      return wrapperEnd.kind === "exited" ? notStarted(wrapperEnd.status) : killedBy(wrapperEnd);
    default:
      return unreachable(claim);
  }
}

/** The shell's 128 + n is signal n. */
function exited(exitCode: number): Settled {
  const signal = exitCode - 128;
  return signal >= 1 && signal <= LAST_SIGNAL
    ? { outcome: { reason: "signal", signal }, exitCode }
    : { outcome: { reason: "exit", exitCode }, exitCode };
}

/** A wrapper that is gone without a word was killed. */
function killedBy(wrapperEnd: Exclude<WrapperEnd, { kind: "exited" }>): Settled {
  const signal = wrapperEnd.kind === "killed" ? wrapperEnd.signal : constants.signals.SIGKILL;
  return { outcome: { reason: "signal", signal }, exitCode: 128 + signal };
}

function isAnothers(claim: { readonly pid: number }, wrapperEnd: WrapperEnd): boolean {
  return wrapperEnd.kind === "exited" && wrapperEnd.pid !== claim.pid;
}

function startedTwice(pid: number): Settled {
  return { outcome: { reason: "start-failed", message: `process ${pid} had claimed this attempt already` } };
}

function notStarted(status: number): Settled {
  const message =
    status === CLAIM_LOST_STATUS
      ? "its claim file could not be written (no space, no permission, or its folder is gone)"
      : `the shell around the command ended with status ${status} before it ran`;
  return { outcome: { reason: "start-failed", message } };
}
