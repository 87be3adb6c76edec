/**
 * The closed list of what a user can cause. Tests and exit statuses match on the code, never on the text.
 */
export const ERROR_CODES = [
  "bad-arguments",
  "bad-queue-file",
  "queue-not-found",
  "job-not-found",
  "instance-not-found",
  "schedule-not-found",
  "already-running",
  "already-over",
  "not-resumable",
  "queue-id-taken",
  "schedule-name-taken",
  "wrong-job-state",
  "lease-lost",
  "permission-denied",
  "no-space",
  "no-capacity",
  "quota-exceeded",
  "aws-failed",
  "not-supported",
  "wait-timed-out",
  "interrupted",
  "runner-not-found",
  "runner-failed",
  "journal-damaged",
  "database-busy",
  "database-damaged",
  "database-too-new",
  "store-failed",
  "verification-failed",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface SpawnErrorOptions {
  /** What the user can do next, as a full sentence or a command. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The one error class a user can meet. Anything else that is thrown is a bug. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: SpawnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Turns a failed file-system call into a `SpawnError` where the user can do something about it; else returns it as it is. */
export function explainFileError(error: unknown, what: string, path: string): unknown {
  const code = errnoOf(error);
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SpawnError("permission-denied", `${what}: no permission for ${path} (${code})`, {
        hint: "Check who owns it and its mode, or choose another folder.",
        cause: error,
      });
    case "ENOSPC":
    case "EDQUOT":
      return new SpawnError("no-space", `${what}: no space left for ${path} (${code})`, {
        hint: "Free some space, then run the same command again.",
        cause: error,
      });
    default:
      return error;
  }
}

/** The `code` of a Node system error (`ENOENT`, …), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}
