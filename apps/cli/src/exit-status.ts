import type { ErrorCode } from "@spawn/foundation";

/** Exit statuses of the program: the one table. */
export const EXIT = {
  done: 0,
  failed: 1,
  badArguments: 2,
  notFound: 3,
  noPermission: 4,
  noCapacity: 5,
  timedOut: 124,
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** What each is for, for the command reference. */
export const EXIT_MEANINGS: Readonly<Record<ExitStatus, string>> = {
  0: "done",
  1: "failed: an unknown instance, a failed call; with `--wait`, `--watch` and `queue run`: the queue failed",
  2: "bad arguments or queue file",
  3: "queue, job or schedule not found",
  4: "permission denied",
  5: "no capacity",
  124: "timed out waiting",
  130: "interrupted",
};

const STATUS_OF_CODE: Readonly<Record<ErrorCode, ExitStatus>> = {
  "bad-arguments": EXIT.badArguments,
  "bad-queue-file": EXIT.badArguments,
  "not-supported": EXIT.badArguments,
  "queue-not-found": EXIT.notFound,
  "job-not-found": EXIT.notFound,
  "instance-not-found": EXIT.failed,
  "schedule-not-found": EXIT.notFound,
  "already-running": EXIT.failed,
  "already-over": EXIT.failed,
  "not-resumable": EXIT.failed,
  "queue-id-taken": EXIT.failed,
  "schedule-name-taken": EXIT.failed,
  "wrong-job-state": EXIT.failed,
  "lease-lost": EXIT.failed,
  "permission-denied": EXIT.noPermission,
  "no-space": EXIT.failed,
  "no-capacity": EXIT.noCapacity,
  "quota-exceeded": EXIT.failed,
  "aws-failed": EXIT.failed,
  "wait-timed-out": EXIT.timedOut,
  interrupted: EXIT.interrupted,
  "runner-not-found": EXIT.failed,
  "runner-failed": EXIT.failed,
  "journal-damaged": EXIT.failed,
  "database-busy": EXIT.failed,
  "database-damaged": EXIT.failed,
  "database-too-new": EXIT.failed,
  "store-failed": EXIT.failed,
  "verification-failed": EXIT.failed,
};

export function exitStatusOf(code: ErrorCode): ExitStatus {
  return STATUS_OF_CODE[code];
}
