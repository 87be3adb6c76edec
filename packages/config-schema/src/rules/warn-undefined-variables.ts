import type { Problems } from "../diagnostics/problems.js";
import type { JobDraft, QueueDraft } from "../schema/queue-draft.js";
import { assignedVariables } from "../shell/assigned-variables.js";
import { isKnownVariable } from "../shell/known-variables.js";
import { scanCommand } from "../shell/scan-command.js";
import type { Path } from "../source/located-node.js";

/**
 * Warns of each plain `$NAME` in a job's command that nothing defines: neither an environment, nor the command itself, nor
 * spawn, nor the machine, nor what the caller knows of.
 */
export function warnUndefinedVariables(
  queue: QueueDraft,
  job: JobDraft,
  path: Path,
  isDefined: (name: string) => boolean,
  problems: Problems,
): void {
  const { command } = job;
  if (!command?.includes("$")) return;
  const { references, bare } = scanCommand(command);
  const { names: assigned, open } = assignedVariables(bare);
  if (open) return;
  const given: readonly object[] = [queue.environment ?? {}, job.environment ?? {}, job.secrets ?? {}];
  const seen = new Set<string>();
  for (const { name, text } of references) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (assigned.has(name) || isKnownVariable(name) || given.some((names) => Object.hasOwn(names, name)))
      continue;
    if (name === "CUDA_VISIBLE_DEVICES" && job.resources?.gpus !== undefined) continue;
    if (isDefined(name)) continue;
    problems.add(
      "undefined-variable",
      { path: [...path, "command"], part: { text } },
      `nothing defines ${name} for this command`,
      `carry it from your shell with --env ${name}, or add "environment": {"${name}": …}`,
    );
  }
}
