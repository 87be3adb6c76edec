/** Why the runner ends an attempt. */
export type StopCause = "timeout" | "cancelled" | "interrupted";

/** What becomes of processes that a finished command leaves behind. */
export type BackgroundPolicy = "kill" | "keep";

/** Where an attempt keeps what outlives its runner. The folders exist; the files are made with mode 0600. */
export interface AttemptFiles {
  /** Says who may run the command, and how it ended. Must not exist before the start. Follows the umask. */
  readonly claim: string;
  /** Exact bytes, appended by the command itself. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where a command text of 128 KiB or more goes, since it cannot be an argument. */
  readonly command: string;
}

export interface AttemptSpec {
  readonly command: string;
  /** A name or a path; `bash`, or `sh` where there is none, when absent. Gets the command with `-c`. */
  readonly shell?: string;
  readonly cwd: string;
  /** The whole environment: nothing is inherited. `SPAWN_ATTEMPT` is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: AttemptFiles;
  readonly background: BackgroundPolicy;
  /** Names this attempt and no other on this machine; in its environment, so that its processes can be found. */
  readonly marker: string;
  /** Whether no other attempt's marker begins as this one's does, so that the group's cgroup goes with the attempt's. */
  readonly isAlone?: boolean;
  /** What it may use of the machine's memory, where cgroups are in force; more is an end with `oom`. */
  readonly memoryBytes?: number;
  /** Between TERM and KILL, in milliseconds; 10,000 when absent. */
  readonly graceMs?: number;
}

/** Why an attempt ended. `exit` carries the code, `signal` the signal's number. */
export type AttemptEndOutcome =
  | { readonly reason: "exit"; readonly exitCode: number }
  | { readonly reason: "signal"; readonly signal: number }
  | { readonly reason: "timeout" }
  /** It failed, and the kernel had killed a process of it for want of memory. Seen in cgroups only. */
  | { readonly reason: "oom" }
  | { readonly reason: "cancelled" }
  | { readonly reason: "interrupted" }
  /** The command could not be started at all. */
  | { readonly reason: "start-failed"; readonly message: string }
  /** The machine went away under it. */
  | { readonly reason: "host-lost" }
  /** Somebody else made sure, through its claim file, that it never runs. */
  | { readonly reason: "never-started" };

export interface AttemptEnd {
  readonly outcome: AttemptEndOutcome;
  /** As a shell reports it: 128 + n for signal n. Absent when there is none. */
  readonly exitCode?: number;
  /** How many processes were still there when the command had ended by itself. */
  readonly leftBehind: number;
  /** What it used; absent where nothing is known. */
  readonly usage?: AttemptEndUsage;
  /** Cgroups are in force, and it ran without one, so that nothing limited it: why. */
  readonly uncontained?: string;
}

/** What an attempt used in all: exact in a cgroup, else what was seen by the calls of `usage`. */
export interface AttemptEndUsage {
  readonly peakMemoryBytes?: number;
  readonly cpuSeconds?: number;
  /** Bytes read from and written to disks. */
  readonly ioBytes?: number;
}

/** The command's process. `startTicks` is its start, in kernel ticks since boot: with `pid`, unique within a boot. */
export interface CommandProcess {
  readonly pid: number;
  readonly startTicks: number;
}

/**
 * Of all that was ever in the attempt's cgroup; without one, best effort, of the processes alive now and the children
 * they have waited for.
 */
export interface AttemptUsage extends AttemptEndUsage {
  /**
   * Memory now, in bytes. In a cgroup, the page cache of files it has read counts too; without, it is the resident
   * memory, and shared pages count once per process.
   */
  readonly memoryBytes?: number;
}

/** An attempt whose processes run, started here or adopted. */
export interface RunningAttempt {
  /** Resolves, and never rejects, when the command has ended and so has what it left behind (unless that is kept). */
  readonly ended: Promise<AttemptEnd>;
  /**
   * Sends TERM to all the attempt started, and KILL after the grace. The first cause is the reason of the end, unless
   * the command had ended before; a later call can only shorten the grace.
   */
  stop(cause: StopCause, options?: { readonly graceMs?: number }): void;
  /** No more grace: KILL to all the attempt started. Without a `stop` before, the end is reported as the signal's. */
  kill(): void;
  /** `undefined` until the command's process exists and once it is gone. */
  commandPid(): CommandProcess | undefined;
  /** Reads the cgroup's counters, or the process table, at each call. Empty once the attempt has ended. */
  usage(): AttemptUsage;
}
