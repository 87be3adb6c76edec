import { blockedBy, type JobState, jobBudget, jobState } from "@spawn/dag-core";
import { unreachable } from "@spawn/foundation";
import type { JobHistory, ResourceUsage, UnstoredResults } from "../fold/job-history.js";
import type { QueueFold } from "../fold/queue-fold.js";
import type { JournalJob } from "../journal-events.js";
import type { JobLive } from "../progress/job-live.js";
import { percentOf, timeLeftMs } from "../progress/progress.js";
import { attemptStatusOf, outcomeFields, pastFields } from "./attempt-status.js";
import { compactDuration, shownDurationMs } from "./compact-duration.js";
import type { JobReason, JobStatus } from "./queue-status.js";
import type { StatusInput } from "./status-input.js";
import { msBetween } from "./time-between.js";
import type { WallTime } from "./wall-time.js";

/** What the jobs of one status share. */
export interface StatusContext {
  readonly fold: QueueFold;
  /** Wall clock and scheduler time of the status. */
  readonly wallMs: number;
  readonly t: number;
  readonly time: WallTime;
  readonly live: ReadonlyMap<string, JobLive>;
  readonly logFileOf: StatusInput["logFileOf"];
  /** Whether a runner sees to the queue: without one nothing starts, and nobody knows what became of what ran. */
  readonly goesOn: boolean;
}

/** One entry of `job_details`. */
export function jobStatusOf(context: StatusContext, job: JournalJob): JobStatus {
  const { fold, live } = context;
  const state = jobState(fold.scheduler, job.id);
  const history = fold.job(job.id);
  const { lastAttempt, charged } = jobBudget(fold.scheduler, job.id);
  const usage: ResourceUsage = { ...history.last?.usage, ...live.get(job.id) };
  return {
    job_id: job.id,
    ...phaseFields(context, job, state),
    command: job.command,
    attempt: lastAttempt,
    attempts: charged,
    max_attempts: job.retry.maxAttempts,
    resources: resourcesOf(job),
    rerun: history.rerun ? true : undefined,
    log_file: lastAttempt === 0 ? undefined : context.logFileOf?.(job.id),
    peak_memory_bytes: usage.peakMemoryBytes,
    cpu_seconds: usage.cpuSeconds,
    io_bytes: usage.ioBytes,
    results: storedResults(history),
    unstored: unstoredOf(fold, history)?.message,
    ...historyFields(context, state, history),
  };
}

function resourcesOf({ resources }: JournalJob): JobStatus["resources"] {
  if (resources === undefined) return undefined;
  const { cpus, memoryBytes, gpus } = resources;
  return { cpus, memory_bytes: memoryBytes, gpus };
}

type PhaseFields = Pick<JobStatus, "status"> & Partial<JobStatus>;
type StateIn<Phase extends JobState["phase"]> = Extract<JobState, { phase: Phase }>;

/** What depends on where the job stands. */
function phaseFields(context: StatusContext, job: JournalJob, state: JobState): PhaseFields {
  const { fold, time } = context;
  const { last } = fold.job(job.id);
  const timeout = job.timeoutMs === undefined ? undefined : compactDuration(job.timeoutMs);
  switch (state.phase) {
    case "waiting":
    case "ready":
      return {
        status: "pending",
        timeout,
        reason: waitReason(context, job, state),
        blocked_by: blockers(context, job),
      };
    case "running":
      return { status: "running", ...runningFields(context, job, state) };
    case "retrying": {
      if (!context.goesOn) return { status: "retrying", timeout, ...outcomeFields(state.last, last) };
      const wait = Math.max(0, state.notBefore - context.t);
      const retry_at = time.rfc3339(context.wallMs + wait);
      return { status: "retrying", timeout, ...outcomeFields(state.last, last), retry_at };
    }
    case "ended": {
      const { reason, ...outcome } = outcomeFields(state.last, last);
      const why = state.state === "completed" ? undefined : (state.reason ?? reason);
      return { status: state.state, timeout, ...pastFields(time, last), ...outcome, reason: why };
    }
    case "unrunnable": {
      const reason = unrunnableReason(context, job, state);
      return { status: state.state, timeout, reason, blocked_by: blockers(context, job) };
    }
    default:
      return unreachable(state);
  }
}

function runningFields(
  context: StatusContext,
  job: JournalJob,
  state: StateIn<"running">,
): Partial<JobStatus> {
  const { fold, time, t, wallMs } = context;
  const last = fold.job(job.id).last;
  const started = last?.started ?? { t: state.since, at: wallMs - (t - state.since) };
  const elapsedMs = msBetween(started, { t, at: wallMs });
  // The limit in force, which is not always the job's own: cleanup after a cancel has one even if the job says none.
  const limitMs = state.deadline === undefined ? undefined : state.deadline - state.since;
  if (!context.goesOn) {
    return { started_at: time.rfc3339(started.at), reason: "unwatched", pid: last?.process?.pid };
  }
  return {
    started_at: time.rfc3339(started.at),
    elapsed: compactDuration(elapsedMs),
    timeout: limitMs === undefined ? undefined : compactDuration(limitMs),
    timeout_remaining:
      limitMs === undefined ? undefined : compactDuration(limitMs - shownDurationMs(elapsedMs)),
    reason: state.stopping,
    global_timeout: last?.globalTimeout,
    pid: last?.process?.pid,
    ...progressFields(context.live.get(job.id), elapsedMs),
  };
}

function progressFields(live: JobLive | undefined, elapsedMs: number): Partial<JobStatus> {
  const progress = live?.progress;
  const leftMs = progress === undefined ? undefined : timeLeftMs(progress, elapsedMs);
  return {
    progress: progress === undefined ? undefined : { ...progress, percent: percentOf(progress) },
    time_remaining: leftMs === undefined ? undefined : compactDuration(leftMs),
    recent_output: live === undefined ? undefined : [...live.recentOutput],
  };
}

/** The results of the last attempt, if they are in the store: those of an earlier one are being replaced. */
function storedResults({ results, last }: JobHistory): JobStatus["results"] {
  return results !== undefined && results.attempt === last?.attempt
    ? { files: results.files, bytes: results.bytes }
    : undefined;
}

/** What the store has not of a job: of a queue that is over, only what was given up. */
export function unstoredOf(fold: QueueFold, { unstored }: JobHistory): UnstoredResults | undefined {
  return unstored?.delayed === true && fold.finished !== undefined ? undefined : unstored;
}

function historyFields(
  { time }: StatusContext,
  { phase }: JobState,
  history: JobHistory,
): Partial<JobStatus> {
  const describesLast = phase === "running" || phase === "ended";
  const previous = describesLast ? history.attempts.slice(0, -1) : history.attempts;
  return {
    previous_attempts:
      previous.length === 0 ? undefined : previous.map((attempt) => attemptStatusOf(time, attempt)),
    forgotten_attempts: history.forgotten === 0 ? undefined : history.forgotten,
  };
}

function blockers({ fold }: StatusContext, { id }: JournalJob): string[] {
  return [...blockedBy(fold.scheduler, id)];
}

function waitReason(
  { fold, goesOn }: StatusContext,
  job: JournalJob,
  state: StateIn<"waiting" | "ready">,
): JobReason {
  if (!goesOn) return "queue-interrupted";
  if (state.phase === "ready")
    return hasFreeSlot(fold) && takesMore(job) ? "waiting-for-resources" : "waiting-for-slot";
  return fold.handlers.has(job.id) && job.alwaysRun !== true
    ? "waiting-for-failure"
    : "waiting-for-dependencies";
}

function hasFreeSlot({ running, created }: QueueFold): boolean {
  return running.length < created.maxParallel;
}

/** Whether a job needs more than a slot. */
function takesMore({ resources = {} }: JournalJob): boolean {
  return Object.values(resources).some((amount) => amount > 0);
}

function unrunnableReason({ fold }: StatusContext, job: JournalJob, state: StateIn<"unrunnable">): JobReason {
  switch (state.state) {
    case "blocked":
      return "dependency-failed";
    case "cancelled":
      return state.reason ?? "cancelled";
    case "skipped":
      return fold.handlers.has(job.id) && job.alwaysRun !== true ? "not-triggered" : "dependency-skipped";
    default:
      return unreachable(state.state);
  }
}
