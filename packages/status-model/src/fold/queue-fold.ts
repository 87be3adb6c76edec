import {
  buildGraph,
  createState,
  type Effect,
  type JobGraph,
  jobState,
  moveToGraph,
  type QueueOutcome,
  type SchedulerEvent,
  type SchedulerState,
  transition,
} from "@spawn/dag-core";
import { SpawnError, unreachable } from "@spawn/foundation";
import type {
  JournalEvent,
  JournalJob,
  JournalRecord,
  RunnerEvent,
  UnknownEvent,
} from "../journal-events.js";
import { dagInputOf, type QueueCreated } from "./dag-input.js";
import { JobHistory, type Moment } from "./job-history.js";

export type RunnerStarted = Extract<RunnerEvent, { type: "runner-started" }> & Pick<Moment, "at">;

export interface QueueWarning extends Moment {
  readonly job?: string;
  readonly message: string;
}

/** Warnings are for people; a queue that warns for weeks keeps the latest. */
export const WARNINGS_KEPT = 100;

/**
 * All that a journal says about a queue. Records go in one by one, in order; the scheduler's state moves along with them,
 * so that a live runner, one that recovers, and one that only looks share the same fold.
 */
export class QueueFold {
  #created: QueueCreated | undefined;
  #graph: JobGraph | undefined;
  #scheduler: SchedulerState | undefined;
  #jobs: ReadonlyMap<string, JobHistory> = new Map();
  #definitions: ReadonlyMap<string, JournalJob> = new Map();
  #handlers: ReadonlySet<string> = new Set();
  #runner: RunnerStarted | undefined;
  #warnings: QueueWarning[] = [];
  #started: Moment | undefined;
  #ended: (Moment & { readonly outcome: QueueOutcome }) | undefined;
  #latest: Moment | undefined;

  /** The journal's first event, with the definition that is in force now. Throws before it. */
  get created(): QueueCreated {
    return present(this.#created);
  }

  /** Throws before `queue-created`. */
  get graph(): JobGraph {
    return present(this.#graph);
  }

  /** Throws before `queue-created`. */
  get scheduler(): SchedulerState {
    return present(this.#scheduler);
  }

  /** The runner that took the queue over last. */
  get runner(): RunnerStarted | undefined {
    return this.#runner;
  }

  /** The latest `WARNINGS_KEPT`, in order. */
  get warnings(): readonly QueueWarning[] {
    return this.#warnings;
  }

  /** When the queue first started, or was last resumed after it had been final. */
  get started(): Moment | undefined {
    return this.#started;
  }

  /** When and how the queue finished; absent again once it goes on. */
  get ended(): (Moment & { readonly outcome: QueueOutcome }) | undefined {
    return this.#ended;
  }

  /** How the queue finished, everything stored; absent while it goes on. */
  get finished(): QueueOutcome | undefined {
    return this.#ended?.outcome;
  }

  /** When the last record was written. */
  get latest(): Moment | undefined {
    return this.#latest;
  }

  /** A job as the journal defines it; `undefined` for one that the queue does not have. */
  definition(id: string): JournalJob | undefined {
    return this.#definitions.get(id);
  }

  /** Jobs that another names in `onFailure`. */
  get handlers(): ReadonlySet<string> {
    return this.#handlers;
  }

  /**
   * Completed jobs whose command, environment or dependencies are no longer those they completed with, in file order.
   * O(jobs).
   */
  outdatedJobs(): readonly string[] {
    return this.created.jobs.flatMap(({ id, fingerprint }) => {
      const state = jobState(this.scheduler, id);
      const completed = state.phase === "ended" && state.state === "completed";
      return completed && this.job(id).last?.fingerprint !== fingerprint ? [id] : [];
    });
  }

  /** What happened to a job. Throws for a job that the queue does not have. */
  job(id: string): JobHistory {
    const history = this.#jobs.get(id);
    if (history === undefined) throw new Error(`the queue has no job ${id}`);
    return history;
  }

  /**
   * Takes in the next record.
   *
   * @returns what the scheduler asks for, due once the record is on disk
   * @throws {SpawnError} `journal-damaged` when the journal does not begin with `queue-created`, or has two
   */
  apply({ seq, at, event }: JournalRecord): readonly Effect[] {
    if ((event.type === "queue-created") !== (this.#created === undefined)) {
      throw new SpawnError("journal-damaged", `The journal's record ${seq} must not be "${event.type}".`, {
        hint: "The first record, and no other, is queue-created. Restore the journal from the result store.",
      });
    }
    const effects = this.#take(event, { at, t: event.t });
    this.#latest = { at, t: event.t };
    return effects;
  }

  #take(event: JournalEvent | UnknownEvent, moment: Moment): readonly Effect[] {
    switch (event.type) {
      case "queue-created":
        this.#create(event);
        return [];
      case "queue-changed":
        this.#change(event);
        return [];
      case "runner-started":
        this.#runner = { ...event, at: moment.at };
        return [];
      case "attempt-started":
        this.job(event.job).noteProcess(event.attempt, { pid: event.pid, pidStart: event.pidStart });
        return [];
      case "results-stored":
        this.job(event.job).noteResults(event.attempt, event.files, event.bytes);
        return [];
      case "warning":
        this.#warn({
          ...moment,
          message: event.message,
          ...(event.job === undefined ? {} : { job: event.job }),
        });
        return [];
      case "queue-finished":
        this.#ended = { ...moment, outcome: event.outcome };
        return [];
      case "unknown":
        return [];
      default: {
        const { effects } = transition(this.scheduler, event);
        this.#note(event, moment);
        return effects;
      }
    }
  }

  #create(event: QueueCreated): void {
    this.#graph = buildGraph(dagInputOf(event));
    this.#scheduler = createState(this.#graph);
    this.#jobs = new Map(event.jobs.map(({ id }) => [id, new JobHistory()]));
    this.#define(event);
  }

  #change({ type: _type, t: _t, ...definition }: Extract<RunnerEvent, { type: "queue-changed" }>): void {
    const { type, t, queueId, instanceId, resultsLocation } = this.created;
    this.#graph = buildGraph(dagInputOf(definition));
    this.#scheduler = moveToGraph(this.scheduler, this.#graph);
    this.#jobs = new Map(definition.jobs.map(({ id }) => [id, this.#jobs.get(id) ?? new JobHistory()]));
    this.#define({ type, t, queueId, instanceId, resultsLocation, ...definition });
  }

  #fingerprintOf(job: string): string {
    return present(this.#definitions.get(job)).fingerprint;
  }

  #define(created: QueueCreated): void {
    this.#created = created;
    this.#definitions = new Map(created.jobs.map((job) => [job.id, job]));
    this.#handlers = new Set(created.jobs.flatMap(({ onFailure }) => onFailure ?? []));
  }

  #note(event: SchedulerEvent, moment: Moment): void {
    switch (event.type) {
      case "queue-started":
        this.#started ??= moment;
        return;
      case "queue-continued":
        this.#ended = undefined;
        return;
      case "queue-resumed": {
        const rerun = new Set(event.jobs);
        for (const [id, history] of this.#jobs) history.noteResume(rerun.has(id));
        this.#started = moment;
        this.#ended = undefined;
        return;
      }
      case "attempt-starting":
        this.job(event.job).noteStarting({
          attempt: event.attempt,
          fingerprint: this.#fingerprintOf(event.job),
          started: moment,
          ...(event.gpus === undefined ? {} : { gpus: event.gpus }),
        });
        return;
      case "attempt-ended":
        this.job(event.job).noteEnded(event.attempt, moment, event.outcome);
        return;
      case "attempt-timed-out":
      case "backoff-elapsed":
      case "global-timeout-reached":
      case "cancel-requested":
      case "interrupt-requested":
        return;
      default:
        unreachable(event);
    }
  }

  #warn(warning: QueueWarning): void {
    this.#warnings.push(warning);
    if (this.#warnings.length > WARNINGS_KEPT) this.#warnings.shift();
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the fold has not seen queue-created yet");
  return value;
}
