import { renameSync, rmSync, writeFileSync } from "node:fs";
import { explainFileError } from "@spawn/foundation";

/** Where a script says that its work is done, and how; the agent on the instance waits for it. */
export const COMPLETION_FILE = "/tmp/SPAWN_COMPLETE";

export interface Completion {
  readonly status: "success" | "failure";
  readonly message?: string;
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
