import type {
  FailureMode,
  JobResources,
  QueueOutcome,
  RetryPolicy,
  SchedulerEvent,
  SchedulerSnapshot,
} from "@spawn/dag-core";
import type { JobHistorySnapshot, Moment, ResourceUsage } from "./fold/job-history.js";

/** A job as the journal keeps it: all that the fold and the scheduler need, no value of any variable. */
export interface JournalJob {
  readonly id: string;
  /** As in the file, `${VAR}` unexpanded. */
  readonly command: string;
  readonly dependsOn: readonly string[];
  readonly onFailure?: string;
  readonly alwaysRun?: boolean;
  readonly timeoutMs?: number;
  readonly retry: RetryPolicy;
  readonly resources?: JobResources;
  /** Digest of what decides whether a completed job is still good: command, environment, dependencies; all unexpanded. */
  readonly fingerprint: string;
}

/** How an attempt's processes are held together. */
export type Containment = "cgroup-v2" | "cgroup-v1" | "process-group";

/** What a queue file says, as far as the fold needs it. */
export interface QueueDefinition {
  readonly queueName?: string;
  readonly failureMode: FailureMode;
  readonly globalTimeoutMs?: number;
  readonly maxParallel: number;
  readonly jobs: readonly JournalJob[];
}

/** Where a queue runs, and what whoever goes on with it elsewhere has to know of that. */
export interface QueuePlace {
  readonly instanceId: string;
  /** URL or folder of this queue in the result store, with a trailing slash. */
  readonly resultsLocation: string;
  /** Where jobs run that name no other place: an absolute path. */
  readonly workingDirectory?: string;
  /** Names that `--env` gave to all jobs. Their values are kept nowhere. */
  readonly carried?: readonly string[];
}

/** Completed jobs of whose results another instance has nothing. */
export interface AbsentResults {
  /** They declare results, and those did not reach the store. */
  readonly lost: readonly string[];
  /** They declare none: whatever they left behind was the other instance's. */
  readonly undeclared: readonly string[];
}

/** What the runner adds to what the scheduler knows. */
export type RunnerEvent =
  /** The first of every journal. */
  | ({ readonly type: "queue-created"; readonly t: number; readonly queueId: string } & QueuePlace &
      QueueDefinition)
  /**
   * The queue goes on from its result store on another instance. Nothing that ran on the one before is known to run any
   * longer: what becomes of it is recorded next.
   */
  | ({ readonly type: "instance-changed"; readonly t: number } & QueuePlace & AbsentResults)
  /**
   * The queue goes on with another queue file, of which this is all: jobs are known by their ids and keep what they have
   * reached, those that the file no longer has are gone. Only while the queue is over or interrupted.
   */
  | ({ readonly type: "queue-changed"; readonly t: number } & QueueDefinition)
  /** A runner took the queue over. `epoch` counts the runners of this queue from 1 and fences the ones before. */
  | {
      readonly type: "runner-started";
      readonly t: number;
      readonly epoch: number;
      readonly pid: number;
      readonly bootId: string;
      /** The machine's boot clock at `t`, in milliseconds. */
      readonly bootMs: number;
      readonly version: string;
      readonly containment: Containment;
    }
  /** The instance ends at this moment (wall clock, ms since the Unix epoch), whatever the queue does. */
  | { readonly type: "deadline-set"; readonly t: number; readonly deadline: number }
  /**
   * The session is over, and its instance stays until this moment (wall clock, ms since the Unix epoch). A `deadline-set` after
   * it moves that by as much as the deadline; past once the queue goes on.
   */
  | ({ readonly type: "instance-kept"; readonly t: number } & KeptInstance)
  /** The command's process exists. `pid` is the command's; `pidStart` its start time in kernel ticks since boot. */
  | {
      readonly type: "attempt-started";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
      readonly pid: number;
      readonly pidStart: number;
    }
  /** What an attempt used in all; written just before its end, where anything is known. */
  | ({
      readonly type: "attempt-usage";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
    } & ResourceUsage)
  | {
      readonly type: "results-stored";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
      readonly files: number;
      readonly bytes: number;
    }
  /** The store would not take all of a job's logs and results so far. Past once they are stored. */
  | {
      readonly type: "results-unstored";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
      readonly message: string;
      /** It is tried again. A queue that is over without another word of it was stored in the end. */
      readonly delayed?: boolean;
    }
  | {
      readonly type: "warning";
      readonly t: number;
      readonly job?: string;
      /** The attempt of the job that it is about: past once a later one is stored. */
      readonly attempt?: number;
      readonly message: string;
    }
  /** The run is over and all of it is in the store (or the stated deadline for that has passed, with a warning). */
  | { readonly type: "queue-finished"; readonly t: number; readonly outcome: QueueOutcome };

/** An instance that stays after its queue's session. */
export interface KeptInstance {
  /** Wall clock, ms since the Unix epoch. */
  readonly until: number;
  /** Running, it costs what it cost before; stopped, its disk alone costs. */
  readonly as: "running" | "stopped";
}

export type QueueCreated = Extract<RunnerEvent, { type: "queue-created" }>;

export type RunnerStarted = Extract<RunnerEvent, { type: "runner-started" }> & Pick<Moment, "at">;

export interface QueueWarning extends Moment {
  readonly job?: string;
  readonly attempt?: number;
  readonly message: string;
}

/** All that a fold has made of the records so far: with it, it goes on without them. */
export interface QueueSnapshot {
  /** The journal's first event, with the definition that is in force. */
  readonly created: QueueCreated;
  readonly scheduler: SchedulerSnapshot;
  /** In file order; jobs to which nothing has happened are left out. */
  readonly jobs: readonly JobHistorySnapshot[];
  readonly runner?: RunnerStarted;
  readonly deadline?: number;
  readonly kept?: KeptInstance;
  readonly warnings: readonly QueueWarning[];
  readonly started?: Moment;
  readonly ended?: Moment & { readonly outcome: QueueOutcome };
}

/** Stands for all records before it. The first of every segment but the journal's first; says nothing new. */
export interface SnapshotEvent {
  readonly type: "snapshot";
  /** That of the record before it, as is the record's `at`. */
  readonly t: number;
  /** The number of the segment that it begins, from 2. */
  readonly segment: number;
  readonly state: QueueSnapshot;
}

/** An event of a newer minor version: kept as it is, and without meaning here. */
export interface UnknownEvent {
  readonly type: "unknown";
  readonly t: number;
  readonly original: Readonly<Record<string, unknown>>;
}

export type JournalEvent = SchedulerEvent | RunnerEvent | SnapshotEvent;

/** One record: an event, its place, and the wall clock when it was written (Unix epoch, ms; for showing only). */
export interface JournalRecord {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: number;
  readonly event: JournalEvent | UnknownEvent;
}
