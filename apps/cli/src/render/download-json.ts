import type { DownloadSummary } from "@spawn/result-store";

/** `spawn queue results --json`. @param output absolute path of the folder */
export function downloadJson(
  queueId: string,
  source: string,
  output: string,
  summary: DownloadSummary,
): object {
  return {
    schema_version: 1,
    queue_id: queueId,
    source,
    output,
    total_bytes: summary.totalBytes,
    already_there: summary.skipped,
    removed: summary.removed,
    jobs: summary.jobs.map(({ job, files, bytes }) => ({
      job_id: job,
      bytes,
      files: files.map(({ name, bytes: size, kind }) => ({ name, kind, bytes: size })),
    })),
    warnings: summary.warnings,
  };
}
