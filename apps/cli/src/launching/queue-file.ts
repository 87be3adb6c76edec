import { readFileSync } from "node:fs";
import { type Diagnostic, loadQueueFile, type QueueSpec } from "@spawn/config-schema";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";

/** A queue file that was read, whatever is wrong with it. */
export interface ReadQueueFile {
  readonly fileName: string;
  /** What the diagnostics' lines and columns count in. */
  readonly text: string;
  /** Absent exactly when there is an error. */
  readonly spec?: QueueSpec;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a queue file; `-` is standard input.
 *
 * @param isDefined whether jobs will find a variable in their environment that the file does not define
 * @throws SpawnError `bad-queue-file` where there is no such file; `permission-denied`.
 */
export function readQueueFile(path: string, isDefined: (name: string) => boolean): ReadQueueFile {
  const fileName = path === "-" ? "standard input" : path;
  const content = readContent(path, fileName);
  return { fileName, ...loadQueueFile(content, { fileName, definedVariables: isDefined }) };
}

function readContent(path: string, fileName: string): Buffer {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    switch (errnoOf(error)) {
      case "ENOENT":
      case "ENOTDIR":
        throw new SpawnError("bad-queue-file", `there is no queue file ${fileName}`, { cause: error });
      case "EISDIR":
        throw new SpawnError("bad-queue-file", `${fileName} is a folder, not a queue file`, { cause: error });
      default:
        throw explainFileError(error, "cannot read the queue file", fileName);
    }
  }
}
