/** What somebody asks of a queue's runner, which may run or be dead. */
export type RunnerRequest =
  /** `force` ends jobs that always run too. */
  | { readonly kind: "cancel"; readonly force: boolean }
  /** Stop, resumable. */
  | { readonly kind: "interrupt"; readonly cause: InterruptRequestCause };

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
    default:
      return `unknown kind ${JSON.stringify(value.kind)}`;
  }
}

function isInterruptCause(value: unknown): value is InterruptRequestCause {
  return value === "spot" || value === "ttl" || value === "shutdown";
}
