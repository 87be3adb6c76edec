/** What somebody asks of a queue's runner, which may run or be dead. */
export type RunnerRequest =
  /** `force` ends jobs that always run too. */
  | { readonly kind: "cancel"; readonly force: boolean }
  /** Stop, resumable. */
  | { readonly kind: "interrupt"; readonly cause: InterruptRequestCause }
  /** Let the instance live until `deadline`, an RFC 3339 time. */
  | { readonly kind: "extend"; readonly deadline: string }
  /**
   * Run again what did not complete of a queue that is over, and `rerun`, on the instance that was kept for it; with the
   * files of a work folder that was shipped since, if there is one.
   */
  | { readonly kind: "resume"; readonly rerun: readonly string[]; readonly workdir?: WorkdirArchive };

/** What `workdir.tar.gz` in the store has to be. */
interface WorkdirArchive {
  /** Lower-case hex. */
  readonly sha256: string;
}

export type InterruptRequestCause = "spot" | "ttl" | "shutdown";

/** Below the queue's folder. A request is `<id>.json`; ids sort by the time they were made. */
export const REQUESTS_FOLDER = "requests";
export const REQUEST_SUFFIX = ".json";

/** Reads a request's file. @returns what is wrong with it as a text, when it is not one. */
export function parseRequest(text: string): RunnerRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== "object" || value === null || !("kind" in value)) return "not an object with a kind";
  switch (value.kind) {
    case "cancel":
      if (!("force" in value) || typeof value.force !== "boolean") return "cancel: force is not a boolean";
      return { kind: "cancel", force: value.force };
    case "interrupt":
      if (!("cause" in value) || !isInterruptCause(value.cause)) return "interrupt: unknown cause";
      return { kind: "interrupt", cause: value.cause };
    case "extend":
      if (!("deadline" in value) || !isInstant(value.deadline))
        return "extend: deadline is not an RFC 3339 time";
      return { kind: "extend", deadline: value.deadline };
    case "resume":
      if (!("rerun" in value) || !isTexts(value.rerun)) return "resume: rerun is not a list of jobs";
      if (!("workdir" in value)) return { kind: "resume", rerun: value.rerun };
      if (!isArchive(value.workdir)) return "resume: workdir has no sha256";
      return { kind: "resume", rerun: value.rerun, workdir: { sha256: value.workdir.sha256 } };
    default:
      return `unknown kind ${JSON.stringify(value.kind)}`;
  }
}

/** A date, a time and an offset: what means the same moment everywhere. */
function isInstant(value: unknown): value is string {
  return (
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function isArchive(value: unknown): value is WorkdirArchive {
  return (
    typeof value === "object" &&
    value !== null &&
    "sha256" in value &&
    typeof value.sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(value.sha256)
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isInterruptCause(value: unknown): value is InterruptRequestCause {
  return value === "spot" || value === "ttl" || value === "shutdown";
}
