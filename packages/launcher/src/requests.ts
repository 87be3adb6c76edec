export interface LaunchRequest {
  readonly queueId: string;
  /** The queue file's text with its `queue_id` set. */
  readonly queueFile: string;
  readonly name?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Where jobs run that name no other place: an absolute path. */
  readonly workingDirectory: string;
  /** Root of the result store: a folder, or `s3://bucket/prefix/`. */
  readonly storeRoot: string;
  /** The launching shell's environment, with what `--env` added. It goes to the runner's process, into no file. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names whose values must not be shown. */
  readonly carried: readonly string[];
  /** The queue was on another instance that is gone: it goes on from its store. */
  readonly fromStore?: {
    /** Jobs that run again although they completed. */
    readonly rerun: readonly string[];
    /** Completed jobs that declare no results need not run again. */
    readonly trustCompleted: boolean;
  };
}

export interface ResumeRequest {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
  /** Names whose values must not be shown, beside those of the launch. */
  readonly carried?: readonly string[];
  /** What the queue goes on with instead of the file it had: the text, its `queue_id` set. Attempts that still run are stopped first. */
  readonly queueFile?: string;
}
