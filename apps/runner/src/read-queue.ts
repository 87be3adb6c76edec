import { mkdirSync, readFileSync } from "node:fs";
import { formatDiagnostics, loadQueueFile, type QueueSpec } from "@spawn/config-schema";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";

/** @throws SpawnError `no-space`, `permission-denied`. */
export function prepareFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
    } catch (error) {
      throw explainFileError(error, "cannot make the instance's folders", folder);
    }
  }
}

/** A queue file on an instance has its id written down. */
export type InstanceQueue = QueueSpec & { readonly queueId: string };

/** @throws SpawnError `bad-queue-file`, `permission-denied`. */
export function readQueue(path: string): InstanceQueue {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT")
      throw new SpawnError("bad-queue-file", `there is no queue file: ${path}`);
    throw explainFileError(error, "cannot read the queue file", path);
  }
  const { spec, diagnostics } = loadQueueFile(text, { fileName: path });
  if (spec === undefined) {
    throw new SpawnError(
      "bad-queue-file",
      formatDiagnostics(diagnostics, { text, fileName: path, color: false }),
    );
  }
  const { queueId } = spec;
  if (queueId === undefined) throw new SpawnError("bad-queue-file", `${path} has no queue_id`);
  return { ...spec, queueId };
}
