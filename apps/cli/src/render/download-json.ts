import type { DownloadSummary } from "@spawn/result-store";
import type { JobStatus } from "@spawn/status-model";

export interface DownloadJsonInput {
  readonly queueId: string;
  readonly source: string;
  /** Absolute path of the folder. */
  readonly output: string;
  readonly summary: DownloadSummary;
  /** What became of the jobs, as far as that is known. */
  readonly states: ReadonlyMap<string, JobStatus["status"]>;
}

/** `spawn queue results --json` */
export function downloadJson({ queueId, source, output, summary, states }: DownloadJsonInput): object {
  return {
    schema_version: 1,
    queue_id: queueId,
    source,
    output,
    total_bytes: summary.totalBytes,
    already_there: summary.skipped,
    removed: summary.removed,
    jobs: summary.jobs.map(({ job, provisional, files, bytes }) => ({
      job_id: job,
      status: states.get(job) ?? null,
      provisional,
      bytes,
      files: files.map(({ name, bytes: size, kind }) => ({ name, kind, bytes: size })),
    })),
    warnings: summary.warnings,
  };
}
