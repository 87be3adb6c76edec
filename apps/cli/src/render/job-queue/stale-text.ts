import { formatDuration } from "@spawn/foundation";
import type { RunningJob } from "@spawn/job-queue";
import type { Palette } from "../palette.js";
import { shortMoment } from "./moments.js";
import { type TableColumn, textTable } from "./text-table.js";

const COLUMNS: readonly TableColumn[] = [
  { heading: "ID", width: 7 },
  { heading: "Type", width: 13 },
  { heading: "Started", width: 21 },
  { heading: "For", width: 10 },
  { heading: "Worker", width: 21 },
  { heading: "Claim", width: 18 },
];

/** `spawn jobs stale` */
export function staleText(jobs: readonly RunningJob[], wallMs: number, palette: Palette): string {
  const rows = jobs.map((job) => [
    String(job.jobId),
    job.jobType,
    shortMoment(job.startedAt),
    formatDuration(wallMs - Date.parse(job.startedAt)),
    job.workerId,
    isLost(job, wallMs) ? "lost" : "held",
  ]);
  return textTable(COLUMNS, rows, palette);
}

/** Its worker has not renewed its claim: the job goes back to `pending` at the next claim. */
export function isLost({ leaseExpiresAt }: RunningJob, wallMs: number): boolean {
  return Date.parse(leaseExpiresAt) <= wallMs;
}
