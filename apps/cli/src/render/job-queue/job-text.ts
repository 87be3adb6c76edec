import type { Job } from "@spawn/job-queue";
import type { Palette } from "../palette.js";
import { paintState } from "../state-tone.js";
import { shownMoment } from "./moments.js";

/** `spawn jobs show` */
export function jobText(job: Job, palette: Palette): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["Job ID", String(job.jobId)],
    ["Type", job.jobType],
    ["Status", paintState(job.status, job.status, palette) + statusNote(job)],
    ["Priority", String(job.priority)],
    ["Created", shownMoment(job.createdAt)],
    ["Started", moment("startedAt" in job ? job.startedAt : undefined)],
    ["Completed", moment("completedAt" in job ? job.completedAt : undefined)],
    ["Next Attempt", moment(job.status === "pending" ? job.notBefore : undefined)],
    ["Worker", "workerId" in job ? job.workerId : undefined],
    ["Retries", `${job.retryCount}/${job.maxRetries}`],
    ["Error", "errorMessage" in job ? job.errorMessage : undefined],
  ];
  return [
    ...lines.flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${value}`])),
    "",
    "Configuration:",
    JSON.stringify(job.config, undefined, 2),
  ].join("\n");
}

function statusNote(job: Job): string {
  return job.status === "running" && job.cancelRequested ? " (being cancelled)" : "";
}

function moment(value: string | undefined): string | undefined {
  return value === undefined ? undefined : shownMoment(value);
}
