import { formatBinarySize, formatDuration, formatSize } from "@spawn/foundation";
import type { JobStatus } from "../status/queue-status.js";
import type { LabelledLine } from "./labelled-line.js";

/** What a job's last attempt has used of its machine, as far as that is known, and what it may use of memory. */
export function usageLines(job: JobStatus): readonly LabelledLine[] {
  const { peak_memory_bytes, cpu_seconds, io_bytes, resources } = job;
  const lines: LabelledLine[] = [];
  const add = (label: string, value: string | undefined): void => {
    if (value !== undefined) lines.push({ label, value });
  };
  const limit = resources?.memory_bytes;
  add("Declared Memory", limit === undefined ? undefined : formatBinarySize(limit));
  add("Peak Memory", peak_memory_bytes === undefined ? undefined : formatBinarySize(peak_memory_bytes));
  add("CPU Time", cpu_seconds === undefined ? undefined : formatDuration(cpu_seconds * 1000));
  add("Disk I/O", io_bytes === undefined ? undefined : formatSize(io_bytes));
  return lines;
}
