import type { Job } from "@spawn/job-queue";
import type { Palette } from "../palette.js";
import { paintState } from "../state-tone.js";
import { shortMoment } from "./moments.js";
import { type TableColumn, textTable } from "./text-table.js";

const COLUMNS: readonly TableColumn[] = [
  { heading: "ID", width: 7 },
  { heading: "Type", width: 13 },
  { heading: "Status", width: 11 },
  { heading: "Priority", width: 10 },
  { heading: "Retries", width: 9 },
  { heading: "Created", width: 21 },
  { heading: "Worker", width: 19 },
];

const STATUS = COLUMNS.findIndex(({ heading }) => heading === "Status");

/** `spawn jobs list` */
export function jobTable(jobs: readonly Job[], palette: Palette): string {
  const rows = jobs.map((job) => [
    String(job.jobId),
    job.jobType,
    job.status,
    String(job.priority),
    `${job.retryCount}/${job.maxRetries}`,
    shortMoment(job.createdAt),
    "workerId" in job ? (job.workerId ?? "-") : "-",
  ]);
  return textTable(COLUMNS, rows, palette, (cell, column, row) => {
    const job = jobs[row];
    return column === STATUS && job !== undefined ? paintState(job.status, cell, palette) : cell;
  });
}
