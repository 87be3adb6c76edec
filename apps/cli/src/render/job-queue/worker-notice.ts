import { unreachable } from "@spawn/foundation";
import type { AttemptOutcome, RunningJob, WorkerEvent } from "@spawn/job-queue";
import type { Notice } from "../notice.js";

/** What a worker says of what happens to it. */
export function workerNotice(event: WorkerEvent, at: number): Notice {
  switch (event.kind) {
    case "started":
      return { at, tone: "busy", icon: "▶", text: `${nameOf(event.job)} started` };
    case "ended":
      if (!event.recorded)
        return { at, tone: "warn", icon: "⚠", text: `${nameOf(event.job)} was lost to another worker` };
      return { at, ...endOf(event.job, event.outcome) };
    case "store-failed":
      return { at, tone: "warn", icon: "⚠", text: `${wordsOf(event.error)}; trying again` };
    case "stopping":
      return {
        at,
        tone: "warn",
        icon: "■",
        text: `stopping: ${event.running} running; Ctrl-C again hands back at once`,
      };
    default:
      return unreachable(event);
  }
}

function endOf(job: RunningJob, outcome: AttemptOutcome): Omit<Notice, "at"> {
  switch (outcome.kind) {
    case "completed":
      return { tone: "good", icon: "✓", text: `${nameOf(job)} completed` };
    case "failed": {
      const isLast = outcome.retry === false || job.retryCount >= job.maxRetries;
      const [why = ""] = outcome.errorMessage.split("\n");
      return isLast
        ? { tone: "bad", icon: "✗", text: `${nameOf(job)} failed (${why})` }
        : { tone: "warn", icon: "↻", text: `${nameOf(job)} failed (${why}), to be tried again` };
    }
    case "cancelled":
      return { tone: "warn", icon: "⊗", text: `${nameOf(job)} cancelled` };
    case "released":
      return { tone: "warn", icon: "⏸", text: `${nameOf(job)} handed back` };
    default:
      return unreachable(outcome);
  }
}

function nameOf({ jobId, jobType }: RunningJob): string {
  return `job ${jobId} (${jobType})`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
