import type { Problems } from "../diagnostics/problems.js";
import { quote } from "../schema/describe-value.js";
import { NOT_BLANK_PATTERN, SHELL_PATTERN } from "../schema/patterns.js";
import type { JobDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";

/** A job's command and, where it asks for one, its shell. */
export function checkCommand({ command, shell }: JobDraft, path: Path, problems: Problems): void {
  if (command !== undefined && !NOT_BLANK_PATTERN.test(command)) {
    problems.add(
      "empty-command",
      { path: [...path, "command"] },
      "the command is empty",
      'to do nothing, write "true"',
    );
  }
  if (shell !== undefined && !SHELL_PATTERN.test(shell)) {
    problems.add(
      "bad-shell",
      { path: [...path, "shell"] },
      `${quote(shell)} is not a shell that can be asked for`,
      'write "bash", "sh", or the absolute path of a shell that takes -c, such as "/usr/bin/zsh"',
    );
  }
}
