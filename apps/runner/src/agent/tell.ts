import { closeSync, openSync, writeSync } from "node:fs";
import type { Logger } from "pino";

const CONSOLE = "/dev/console";

/** Says it where it can be read when nothing else works: in the log and on the console, which EC2 keeps. */
export function tell(log: Logger, message: string, console = CONSOLE): void {
  log.error(message);
  try {
    const fd = openSync(console, "a");
    writeSync(fd, `spawn agent: ${message}\r\n`);
    closeSync(fd);
  } catch {
    // No console here: the log has it.
  }
}
