import type { FailureMode, RetryPolicy } from "@spawn/dag-core";

/** A queue file as one typed value: aliases resolved, durations in milliseconds, sizes in bytes, defaults filled in. */
export interface QueueSpec {
  readonly queueId?: string;
  readonly queueName?: string;
  readonly failureMode: FailureMode;
  readonly globalTimeoutMs?: number;
  readonly maxParallel?: number;
  /** For every job; unexpanded. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly resultS3Bucket?: string;
  readonly resultS3Prefix?: string;
  readonly jobs: readonly JobSpec[];
}

export interface JobSpec {
  readonly id: string;
  readonly command: string;
  /** `bash`, `sh` or an absolute path; absent: `bash`, and `sh` where there is none. */
  readonly shell?: string;
  readonly dependsOn: readonly string[];
  readonly retry: RetryPolicy;
  /** Per attempt. */
  readonly timeoutMs?: number;
  readonly resultFiles: readonly string[];
  /** Unexpanded; wins over the queue's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** The job that runs when this one has finally failed. */
  readonly onFailure?: string;
  readonly alwaysRun: boolean;
  readonly background: BackgroundMode;
  readonly resources?: JobResources;
  readonly secrets: Readonly<Record<string, SecretRef>>;
}

/** What becomes of processes that a finished command leaves behind. */
export type BackgroundMode = "kill" | "keep";

export interface JobResources {
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly gpus?: number;
}

/** Where a secret's value is kept; the value itself is never here. */
export type SecretRef =
  | { readonly store: "ssm"; readonly path: string }
  | { readonly store: "secretsmanager"; readonly id: string };
