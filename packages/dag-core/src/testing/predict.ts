import type { AttemptOutcome } from "../events.js";
import type { DagInput, DagJob } from "../input.js";
import type { JobStatus } from "../scheduler/job-status.js";
import type { OutcomeScript } from "./arbitrary-outcomes.js";

/**
 * What becomes of each job when nothing stops the run, told from the rules alone: no events, no counters, no order.
 * The scheduler is compared with it. For `continue`; ids must be given so that each job comes after what it waits for.
 */
export function predict(
  input: DagInput,
  order: readonly string[],
  script: OutcomeScript,
): Map<string, JobStatus> {
  const byId = new Map(input.jobs.map((job) => [job.id, job]));
  const statuses = new Map<string, JobStatus>();
  for (const id of order) {
    const job = byId.get(id);
    if (job !== undefined) statuses.set(id, predictJob(job, input, statuses, script));
  }
  return statuses;
}

function predictJob(
  job: DagJob,
  { jobs }: DagInput,
  statuses: ReadonlyMap<string, JobStatus>,
  script: OutcomeScript,
): JobStatus {
  const sources = jobs.filter(({ onFailure }) => onFailure === job.id);
  if (job.alwaysRun === true) return predictAttempts(job, script);
  if (sources.length > 0) {
    const triggered = sources.some(({ id }) => statuses.get(id) === "failed");
    return triggered ? predictAttempts(job, script) : "skipped";
  }
  const dependencies = job.dependsOn.map((id) => statuses.get(id));
  if (dependencies.some((status) => status === "failed" || status === "blocked")) return "blocked";
  return dependencies.includes("skipped") ? "skipped" : predictAttempts(job, script);
}

function predictAttempts(job: DagJob, script: OutcomeScript): "completed" | "failed" {
  let failures = 0;
  let losses = 0;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = scripted(job, script(job.id, attempt));
    if (outcome.reason === "exit" && outcome.exitCode === 0) return "completed";
    if (outcome.reason === "never-started") continue;
    if (outcome.reason === "host-lost") {
      losses += 1;
      if (losses === 3) return "failed";
      continue;
    }
    losses = 0;
    failures += 1;
    if (failures >= (job.retry?.maxAttempts ?? 1)) return "failed";
  }
}

/** As in the simulator: a job without a limit cannot be timed out. */
function scripted(job: DagJob, outcome: AttemptOutcome): AttemptOutcome {
  return outcome.reason === "timeout" && job.timeoutMs === undefined
    ? { reason: "exit", exitCode: 0 }
    : outcome;
}
