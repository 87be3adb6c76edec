import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf, explainFileError } from "@spawn/foundation";

/** Where a script says that its work is done, and how; the agent on the instance waits for it. */
export const COMPLETION_FILE = "/tmp/SPAWN_COMPLETE";

export interface Completion {
  readonly status: "success" | "failure";
  readonly message?: string;
}

const LONGEST_SHOWN = 500;

/** What was said, as a clause. */
export function completionWords({ status, message }: Completion): string {
  const said = status === "failure" ? "its work is said to have failed" : "its work is said to be complete";
  return message === undefined ? said : `${said}: ${message.slice(0, LONGEST_SHOWN)}`;
}

/**
 * Leaves the completion file, whole or not at all.
 *
 * @throws SpawnError `no-space`, `permission-denied`.
 */
export function writeCompletion(completion: Completion, path: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(completion)}\n`, { mode: 0o644 });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw explainFileError(error, "cannot say that the work is complete", path);
  }
}

/**
 * What a completion file says. Scripts write it by hand too: an empty one is a success, and a text that is not
 * `{"status", "message"}` is the message of one.
 *
 * @returns `undefined` while there is none.
 */
export function readCompletion(path: string): Completion | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
  if (text === "") return { status: "success" };
  const said = parsed(text);
  if (said === undefined) return { status: "success", message: text };
  const status = said.status === "failure" ? "failure" : "success";
  return typeof said.message === "string" ? { status, message: said.message } : { status };
}

function parsed(text: string): { readonly status?: unknown; readonly message?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
