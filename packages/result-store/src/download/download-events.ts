/** `meta`: exit code, metadata and manifest. */
export type DownloadedKind = "log" | "result" | "meta";

export interface DownloadedFile {
  /** Relative to the job's folder for logs and meta (`stdout.log`), to its `results/` for results (`a/b.pth`). */
  readonly name: string;
  readonly bytes: number;
  readonly kind: DownloadedKind;
}

/** What happens during a download, in this order; events of several jobs are mixed. */
export type DownloadEvent =
  | {
      readonly kind: "planned";
      readonly jobs: readonly string[];
      readonly files: number;
      readonly bytes: number;
    }
  | { readonly kind: "warning"; readonly message: string }
  | {
      readonly kind: "file-done";
      readonly job: string;
      readonly file: DownloadedFile;
      readonly outcome: "fetched" | "already-there";
    }
  | { readonly kind: "file-failed"; readonly job: string; readonly name: string; readonly message: string }
  | { readonly kind: "job-done"; readonly job: DownloadedJob };

export interface DownloadedJob {
  readonly job: string;
  /** Meta and logs first, then results by name. */
  readonly files: readonly DownloadedFile[];
  /** Of all its files, those included that were there already. */
  readonly bytes: number;
}

export interface DownloadSummary {
  /** By name. */
  readonly jobs: readonly DownloadedJob[];
  /** Of all files, those included that were there already. */
  readonly totalBytes: number;
  /** How many files were there already, verified. */
  readonly skipped: number;
  readonly warnings: readonly string[];
}
