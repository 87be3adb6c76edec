import { Errors } from "@oclif/core";
import { errnoOf, SpawnError } from "@spawn/foundation";
import { UNKNOWN_COMMAND } from "./command-not-found.js";
import { EXIT, type ExitStatus, exitStatusOf } from "./exit-status.js";
import { parseRefusal } from "./parse-refusal.js";

/** A failure as it is told: on standard error for people, as JSON for programs. */
export interface Failure {
  /** An error code of spawn; `bug` for what should never happen. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly status: ExitStatus;
  /** For `--verbose`. */
  readonly stack?: string;
}

/** How the framework's parser ends what it says. */
const SEE_HELP = "See more help with --help";

/** @returns `undefined` for an orderly exit that somebody asked for (`--help`), which is no failure. */
export function describeFailure(error: unknown): Failure | undefined {
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  if (error instanceof SpawnError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }), status: exitStatusOf(code), ...stack };
  }
  if (error instanceof Errors.ExitError) {
    return error.oclif.exit === 0 ? undefined : { ...badArguments(error.message), ...stack };
  }
  if (error instanceof Errors.CLIError) {
    const unknown = error.oclif.exit === UNKNOWN_COMMAND;
    const refusal = parseRefusal(error);
    const told = refusal === undefined ? error.message : [...refusal, SEE_HELP].join("\n");
    return { ...badArguments(told), ...(unknown ? { code: "unknown-command" } : {}), ...stack };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (errnoOf(error) === "EACCES" || errnoOf(error) === "EPERM") {
    return { code: "permission-denied", message, status: EXIT.noPermission, ...stack };
  }
  if (errnoOf(error) !== undefined) return { code: "system", message, status: EXIT.failed, ...stack };
  return {
    code: "bug",
    message: `internal error: ${message}`,
    hint: "This should not happen. Run it again with --verbose and report what it shows.",
    status: EXIT.failed,
    ...stack,
  };
}

function badArguments(text: string): Failure {
  const [message = "", ...more] = text
    .split("\n")
    .map((line) => line.trim().replace(/^Missing required flag (?=[a-z])/, "Missing required flag --"))
    .filter((line) => line !== "" && !/^The following errors? occurred:$/.test(line));
  const hint = more.map((line) => (line === SEE_HELP ? "See all flags: --help" : line)).join("\n");
  return { code: "bad-arguments", message, ...(hint === "" ? {} : { hint }), status: EXIT.badArguments };
}
