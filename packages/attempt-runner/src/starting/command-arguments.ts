import { writeFileSync } from "node:fs";
import { isBash, type Shell } from "./shell.js";
import type { ArgumentVector } from "./wrapper.js";

/** `MAX_ARG_STRLEN` of Linux: the longest argument, its closing NUL included, in bytes. */
const LONGEST_ARGUMENT = 128 * 1024;

/**
 * Reads the text into `REPLY` exactly as it is and evaluates it where it stands, so that `$0`, `$#`, `$?` and the words
 * of an error are those of `-c`. `eval` alone names itself in a syntax error.
 */
const EVALUATE_FILE = `IFS= read -rd '' <"$1" || :; [ -n "$REPLY" ] || exit 126; shift; eval "$REPLY"`;

/**
 * How to run `command` with `shell`, as `bash -c "$command"` would. A text too long for an argument is written to
 * `file` (mode 0600) first; shells other than bash then run it as a script, whose `$0` is the file.
 *
 * @throws system errors of that write.
 */
export function commandArguments(command: string, shell: Shell, file: string): ArgumentVector {
  // Named shells are started by their path, so `$0` has to be told; another program may not want the extra argument.
  const name = shell.name === "bash" || shell.name === "sh" ? [shell.name] : [];
  if (Buffer.byteLength(command) < LONGEST_ARGUMENT) return [shell.path, "-c", command, ...name];
  writeFileSync(file, command, { mode: 0o600 });
  return isBash(shell) ? [shell.path, "-c", EVALUATE_FILE, shell.name, file] : [shell.path, file];
}
