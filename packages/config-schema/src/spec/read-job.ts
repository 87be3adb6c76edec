import type { Problems } from "../diagnostics/problems.js";
import { checkCommand } from "../rules/check-command.js";
import { hasRepeats } from "../rules/has-repeats.js";
import { readTimeout } from "../rules/read-duration.js";
import { readEnvironment, type WrittenText } from "../rules/read-environment.js";
import { readResources } from "../rules/read-resources.js";
import { readRetryPolicy } from "../rules/read-retry-policy.js";
import { readSecrets } from "../rules/read-secrets.js";
import type { JobDraft, QueueDraft } from "../schema/queue-draft.js";
import type { Path } from "../source/located-node.js";
import type { JobSpec } from "./queue-spec.js";

/** One job as a typed value. Reports what is wrong with it; the result counts only where nothing is. */
export function readJob(
  queue: QueueDraft,
  job: JobDraft,
  path: Path,
  writtenText: WrittenText,
  problems: Problems,
): JobSpec {
  checkCommand(job, path, problems);
  const environments = [queue.environment ?? {}, job.environment ?? {}, job.secrets ?? {}];
  const timeoutMs = readTimeout(job.timeout, path, "timeout", problems);
  const resources = readResources(job, environments, path, problems);
  return {
    id: job.job_id ?? "",
    command: job.command ?? "",
    ...(job.shell !== undefined && { shell: job.shell }),
    dependsOn: withoutRepeats(job.depends_on),
    retry: readRetryPolicy(job, path, problems),
    ...(timeoutMs !== undefined && { timeoutMs }),
    resultFiles: job.result_files ?? [],
    environment: readEnvironment(job.environment, path, writtenText, problems),
    ...(job.working_directory !== undefined && { workingDirectory: job.working_directory }),
    ...(job.on_failure !== undefined && { onFailure: job.on_failure }),
    alwaysRun: job.always_run ?? false,
    background: job.background ?? "kill",
    ...(resources !== undefined && { resources }),
    secrets: readSecrets(job, path, problems),
  };
}

function withoutRepeats(names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return hasRepeats(names) ? [...new Set(names)] : names;
}
