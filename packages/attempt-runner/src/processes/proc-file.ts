import { closeSync, openSync, readSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";

let buffer = Buffer.allocUnsafe(16 * 1024);

/**
 * Reads a file of `/proc` whole. `readFileSync` asks for the size first, and costs three times as much.
 *
 * @returns `undefined` when the process is gone or the file may not be read.
 * @throws other system errors, such as too many open files: they say nothing about the process.
 */
export function readProcFile(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    return undefinedIfGone(error);
  }
  try {
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) return buffer.toString("utf8", 0, length);
      length += read;
      if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
    }
  } catch (error) {
    return undefinedIfGone(error);
  } finally {
    closeSync(descriptor);
  }
}

function undefinedIfGone(error: unknown): undefined {
  switch (errnoOf(error)) {
    case "ENOENT":
    case "ESRCH":
    case "EACCES":
    case "EPERM":
      return undefined;
    default:
      throw error;
  }
}
