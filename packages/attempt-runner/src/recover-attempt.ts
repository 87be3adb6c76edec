import { statSync } from "node:fs";
import { constants } from "node:os";
import { unreachable } from "@spawn/foundation";
import { findWrapperByClaim, findWrapperByPid } from "./adopting/find-wrapper.js";
import { watchWrapper } from "./adopting/watch-wrapper.js";
import type { AttemptEnd, AttemptFiles, BackgroundPolicy, RunningAttempt, StopCause } from "./attempt.js";
import { settle } from "./ending/outcome.js";
import { machineClock } from "./machine-clock.js";
import type { AttemptWrapper } from "./processes/attempt-processes.js";
import { currentBootId } from "./processes/identity.js";
import type { AttemptOptions } from "./start-attempt.js";
import { type Claim, readClaim, voidClaim } from "./starting/claim.js";
import { SupervisedAttempt } from "./supervised-attempt.js";

/** What the journal knows of an attempt whose start was decided and whose end was not recorded. */
export interface RecoverInput {
  readonly files: AttemptFiles;
  readonly marker: string;
  /** Boot id under which it was started. */
  readonly bootId: string;
  readonly background: BackgroundPolicy;
  /** As in `AttemptSpec`. */
  readonly graceMs?: number;
  /** Its end had been decided: it is ended, for this cause. */
  readonly stopping?: StopCause;
}

export type RecoveredAttempt =
  /** Its command never ran, and now never will. */
  | { readonly kind: "never-started" }
  /** Processes of it still run: the command, or what it left behind and is being ended. */
  | { readonly kind: "running"; readonly attempt: RunningAttempt }
  | {
      readonly kind: "ended";
      readonly end: AttemptEnd;
      /**
       * When its wrapper recorded the exit code, by the wall clock of then, in ms since the Unix epoch. Only of one that
       * did so in this boot.
       */
      readonly endedAtMs?: number;
    };

/**
 * Settles what became of an attempt after its runner's death. Call it only as the queue's one runner (see
 * `acquireRunnerLock`), with that runner's predecessor dead. Calling it again gives the same answer, or a later one.
 *
 * @throws SpawnError `permission-denied` or `no-space`, where the claim file cannot be made.
 */
export async function recoverAttempt(
  input: RecoverInput,
  { clock = machineClock }: Pick<AttemptOptions, "clock"> = {},
): Promise<RecoveredAttempt> {
  const won = readClaim(input.files.claim).kind === "unclaimed" && voidClaim(input.files.claim);
  if (input.bootId !== currentBootId()) return { kind: "ended", end: endAfterReboot(input) };
  if (won) return { kind: "never-started" };
  const wrapper = findWrapper(input.files.claim);
  if (wrapper === "void") return { kind: "never-started" };

  const { files, background, marker, graceMs } = input;
  const recorded = exitRecordedAt(files.claim);
  const trace = wrapper === "gone" ? { marker } : { marker, wrapper };
  const attempt = new SupervisedAttempt({
    files,
    background,
    graceMs,
    trace,
    enclosure: { kind: "inherited" },
    clock,
  });
  if (input.stopping !== undefined) attempt.stop(input.stopping);
  if (wrapper === "gone") attempt.wrapperEnded({ kind: "unknown" });
  else watchWrapper(wrapper, clock, () => attempt.wrapperEnded({ kind: "unknown" }));
  if (attempt.end === undefined) return { kind: "running", attempt };
  return { kind: "ended", end: attempt.end, ...(recorded === undefined ? {} : { endedAtMs: recorded }) };
}

/** The exit line is the last that is written to a claim, but for what recovery itself may add. */
function exitRecordedAt(claim: string): number | undefined {
  return readClaim(claim).kind === "ended" ? statSync(claim).mtimeMs : undefined;
}

/**
 * An exit code that reached the disk counts. Anything else may have been lost with the machine, a claim as well, so
 * that nothing proves the command never ran. So does the end by TERM of what no runner watched: a machine that shuts
 * down says that to all that runs, and the wrapper outlives its command.
 */
function endAfterReboot({ files, stopping }: RecoverInput): AttemptEnd {
  const claim = readClaim(files.claim);
  if (claim.kind !== "ended") return { outcome: { reason: "host-lost" }, leftBehind: 0 };
  const facts = { cause: stopping, oomKilled: claim.oom };
  const settled = settle(claim, { kind: "unknown" }, facts);
  const { outcome } = settled;
  const isShutdown = outcome.reason === "signal" && outcome.signal === constants.signals.SIGTERM;
  return { ...(isShutdown ? { outcome: { reason: "host-lost" } } : settled), leftBehind: 0 };
}

/** Its claim was taken by somebody. By whom, and does that process still run? */
function findWrapper(path: string): "void" | "gone" | AttemptWrapper {
  const claim = readClaim(path);
  switch (claim.kind) {
    case "void":
      return "void";
    case "claimed":
    case "ended":
      return findWrapperByPid(claim.pid, path) ?? "gone";
    case "unclaimed":
    case "empty":
      return findWrapperByClaim(path) ?? (isStill(claim, path) ? "gone" : findWrapper(path));
    default:
      return unreachable(claim);
  }
}

/** Between reading the claim and looking for its wrapper, the wrapper may have gone on. */
function isStill(claim: Claim, path: string): boolean {
  return readClaim(path).kind === claim.kind;
}
