/** `meta`: exit code, metadata and manifest. */
export type DownloadedKind = "log" | "result" | "meta";

export interface DownloadedFile {
  /** Relative to the job's folder for logs and meta (`stdout.log`), to its `results/` for results (`a/b.pth`). */
  readonly name: string;
  readonly bytes: number;
  readonly kind: DownloadedKind;
}

/** What happens during a download, in this order but for warnings; events of several jobs are mixed. */
export type DownloadEvent =
  | {
      readonly kind: "planned";
      readonly jobs: readonly string[];
      readonly files: number;
      readonly bytes: number;
    }
  | { readonly kind: "warning"; readonly message: string }
  /** Bytes of some file that got through; negative where some have to be fetched again. */
  | { readonly kind: "bytes"; readonly bytes: number }
  | {
      readonly kind: "file-done";
      readonly job: string;
      readonly file: DownloadedFile;
      readonly outcome: "fetched" | "already-there";
    }
  | { readonly kind: "file-failed"; readonly job: string; readonly name: string; readonly message: string }
  | { readonly kind: "job-done"; readonly job: DownloadedJob }
  /** An earlier download brought it, and the store names it no more; relative to the output folder. */
  | { readonly kind: "outdated-removed"; readonly name: string };

export interface DownloadedJob {
  readonly job: string;
  /** Nothing vouches for it: the job is not over, or its runner died. */
  readonly provisional: boolean;
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
  /** Files of earlier downloads that the store names no more, and that were taken away; relative to the output folder. */
  readonly removed: readonly string[];
  /** As `removed`, but changed since they were fetched, and so left to their owner. */
  readonly kept: readonly string[];
  readonly warnings: readonly string[];
}
