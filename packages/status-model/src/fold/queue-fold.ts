import {
  createState,
  type Effect,
  type JobGraph,
  jobState,
  moveToGraph,
  type QueueOutcome,
  runningJobs,
  type SchedulerEvent,
  type SchedulerState,
  snapshotOf,
  stateFrom,
  transition,
} from "@spawn/dag-core";
import { SpawnError, unreachable } from "@spawn/foundation";
import type {
  JournalEvent,
  JournalJob,
  JournalRecord,
  KeptInstance,
  QueueCreated,
  QueuePlace,
  QueueSnapshot,
  QueueWarning,
  RunnerEvent,
  RunnerStarted,
  UnknownEvent,
} from "../journal-events.js";
import { DefinitionInForce } from "./definition-in-force.js";
import { JobHistory, type Moment } from "./job-history.js";

/** Warnings are for people; a queue that warns for weeks keeps the latest. */
export const WARNINGS_KEPT = 100;

/**
 * All that a journal says about a queue. Records go in one by one, in order; the scheduler's state moves along with them,
 * so that a live runner, one that recovers, and one that only looks share the same fold.
 */
export class QueueFold {
  #definition: DefinitionInForce | undefined;
  #scheduler: SchedulerState | undefined;
  #jobs: ReadonlyMap<string, JobHistory> = new Map();
  #runner: RunnerStarted | undefined;
  #deadline: number | undefined;
  #kept: KeptInstance | undefined;
  #warnings: QueueWarning[] = [];
  #started: Moment | undefined;
  #ended: (Moment & { readonly outcome: QueueOutcome }) | undefined;
  #latest: Moment | undefined;
  #knowsAll = true;

  /** The journal's first event, with the definition and the place that are in force now. Throws before it. */
  get created(): QueueCreated {
    return present(this.#definition).created;
  }

  /** Throws before `queue-created`. */
  get graph(): JobGraph {
    return present(this.#definition).graph;
  }

  /** Throws before `queue-created`. */
  get scheduler(): SchedulerState {
    return present(this.#scheduler);
  }

  /** The runner that took the queue over last. */
  get runner(): RunnerStarted | undefined {
    return this.#runner;
  }

  /** When the instance ends (wall clock, ms since the Unix epoch); absent where it has no deadline. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** That the instance stays though the queue does not go on, and until when; absent while it goes on. */
  get kept(): KeptInstance | undefined {
    return this.#kept;
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
    return this.#definition?.job(id);
  }

  /** Jobs that another names in `onFailure`. Throws before `queue-created`. */
  get handlers(): ReadonlySet<string> {
    return present(this.#definition).handlers;
  }

  /** Jobs with an attempt that runs by the journal, in the order in which these started. */
  get running(): readonly string[] {
    return this.#scheduler === undefined ? [] : runningJobs(this.#scheduler);
  }

  /** Whether every event so far has a meaning to this version: only then does a snapshot stand for all of them. */
  get knowsAll(): boolean {
    return this.#knowsAll;
  }

  /**
   * Everything as plain JSON; a `snapshot` event with it begins a fold that goes on as this one does. Later records
   * change nothing in it. O(jobs). Throws before `queue-created`.
   */
  snapshot(): QueueSnapshot {
    return {
      created: this.created,
      scheduler: snapshotOf(this.scheduler),
      jobs: this.created.jobs.flatMap(({ id }) => this.job(id).snapshot(id) ?? []),
      ...(this.#runner === undefined ? {} : { runner: this.#runner }),
      ...(this.#deadline === undefined ? {} : { deadline: this.#deadline }),
      ...(this.#kept === undefined ? {} : { kept: this.#kept }),
      warnings: [...this.#warnings],
      ...(this.#started === undefined ? {} : { started: this.#started }),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    };
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
   * @throws {SpawnError} `journal-damaged` when the journal does not begin with `queue-created` or a snapshot, or has
   * `queue-created` twice
   */
  apply({ seq, at, event }: JournalRecord): readonly Effect[] {
    const isFirst = this.#definition === undefined;
    if (isFirst ? !canBeFirst(event) : event.type === "queue-created") {
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
      case "snapshot":
        // To a fold that has seen what came before, it says nothing new.
        if (this.#definition === undefined) this.#restore(event.state);
        return [];
      case "queue-changed":
        this.#change(event);
        return [];
      case "instance-changed":
        this.#move(event);
        return [];
      case "runner-started":
        this.#runner = { ...event, at: moment.at };
        return [];
      case "deadline-set":
        this.#setDeadline(event.deadline);
        return [];
      case "instance-kept":
        this.#kept = { until: event.until, as: event.as };
        return [];
      case "attempt-started":
        this.job(event.job).noteProcess(event.attempt, { pid: event.pid, pidStart: event.pidStart });
        return [];
      case "attempt-usage": {
        const { type: _type, t: _t, job, attempt, ...usage } = event;
        this.job(job).noteUsage(attempt, usage);
        return [];
      }
      case "results-stored":
        this.job(event.job).noteResults(event.attempt, event.files, event.bytes);
        this.#forgetWarnings(event.job, event.attempt);
        return [];
      case "results-unstored":
        this.job(event.job).noteUnstored({
          ...moment,
          message: event.message,
          ...(event.delayed === true ? { delayed: true } : {}),
        });
        return [];
      case "warning":
        this.#warn({
          ...moment,
          message: event.message,
          ...(event.job === undefined ? {} : { job: event.job }),
          ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
        });
        return [];
      case "queue-finished":
        this.#ended = { ...moment, outcome: event.outcome };
        return [];
      case "unknown":
        this.#knowsAll = false;
        return [];
      default: {
        const { effects } = transition(this.scheduler, event);
        this.#note(event, moment);
        return effects;
      }
    }
  }

  #create(event: QueueCreated): void {
    this.#definition = new DefinitionInForce(event);
    this.#scheduler = createState(this.graph);
    this.#jobs = new Map(event.jobs.map(({ id }) => [id, new JobHistory()]));
  }

  #change({ type: _type, t: _t, ...definition }: Extract<RunnerEvent, { type: "queue-changed" }>): void {
    const { type, t, queueId } = this.created;
    this.#definition = new DefinitionInForce({ type, t, queueId, ...placeOf(this.created), ...definition });
    this.#scheduler = moveToGraph(this.scheduler, this.graph);
    this.#jobs = new Map(definition.jobs.map(({ id }) => [id, this.#jobs.get(id) ?? new JobHistory()]));
  }

  #move(event: Extract<RunnerEvent, { type: "instance-changed" }>): void {
    const { workingDirectory: _folder, carried: _names, ...created } = this.created;
    this.#definition = present(this.#definition).at({ ...created, ...placeOf(event) });
    for (const history of this.#jobs.values()) history.noteMoved();
    for (const id of event.lost) this.job(id).noteAbsent("lost");
    for (const id of event.undeclared) this.job(id).noteAbsent("undeclared");
    // They were the other instance's.
    this.#deadline = undefined;
    this.#kept = undefined;
    this.#warnings = this.#warnings.filter(({ job }) => job !== undefined);
  }

  #setDeadline(deadline: number): void {
    const byMs = this.#deadline === undefined ? 0 : deadline - this.#deadline;
    this.#deadline = deadline;
    if (this.#kept !== undefined) this.#kept = { ...this.#kept, until: this.#kept.until + byMs };
  }

  #restore({ created, scheduler, jobs, runner, deadline, kept, ...rest }: QueueSnapshot): void {
    this.#definition = new DefinitionInForce(created);
    this.#scheduler = stateFrom(this.graph, scheduler);
    const histories = new Map(jobs.map((history) => [history.id, history]));
    this.#jobs = new Map(created.jobs.map(({ id }) => [id, new JobHistory(histories.get(id))]));
    this.#runner = runner;
    this.#deadline = deadline;
    this.#kept = kept;
    this.#warnings = [...rest.warnings];
    this.#started = rest.started;
    this.#ended = rest.ended;
  }

  #note(event: SchedulerEvent, moment: Moment): void {
    switch (event.type) {
      case "queue-started":
        this.#started ??= moment;
        return;
      case "queue-continued":
        this.#ended = undefined;
        this.#kept = undefined;
        return;
      case "queue-resumed": {
        const rerun = new Set(event.jobs);
        for (const [id, history] of this.#jobs) history.noteResume(rerun.has(id));
        this.#started = moment;
        this.#ended = undefined;
        this.#kept = undefined;
        return;
      }
      case "attempt-starting":
        this.job(event.job).noteStarting({
          attempt: event.attempt,
          fingerprint: present(this.definition(event.job)).fingerprint,
          bootId: this.#runner?.bootId ?? "",
          started: moment,
          ...(event.gpus === undefined ? {} : { gpus: event.gpus }),
        });
        return;
      case "attempt-ended":
        this.job(event.job).noteEnded(event.attempt, momentAt(event.endedAt, moment), event.outcome);
        return;
      case "attempts-unknown":
        this.job(event.job).noteUnknown(event.attempt);
        return;
      case "global-timeout-reached":
        this.#noteGlobalTimeout(event.t);
        return;
      case "attempt-timed-out":
      case "backoff-elapsed":
      case "cancel-requested":
      case "interrupt-requested":
        return;
      default:
        unreachable(event);
    }
  }

  /** Of the attempts that are being ended now, those whose own limit was still to come. */
  #noteGlobalTimeout(t: number): void {
    for (const job of this.running) {
      const state = jobState(this.scheduler, job);
      if (state.phase !== "running" || state.stopping !== "timeout") continue;
      if (state.deadline === undefined || t < state.deadline) this.job(job).noteGlobalTimeout(state.attempt);
    }
  }

  /** What is said again is kept as it was said last. */
  #warn(warning: QueueWarning): void {
    const { job, message } = warning;
    const others = this.#warnings.filter((before) => before.job !== job || before.message !== message);
    this.#warnings = [...others, warning].slice(-WARNINGS_KEPT);
  }

  /** Of earlier attempts, what was wrong was made good, or is said of the later one as well. */
  #forgetWarnings(ofJob: string, before: number): void {
    this.#warnings = this.#warnings.filter(({ job, attempt = before }) => job !== ofJob || attempt >= before);
  }
}

/** Scheduler time `t` as a moment, by one that is known; that one where there is no `t`. */
function momentAt(t: number | undefined, known: Moment): Moment {
  return t === undefined ? known : { at: known.at - (known.t - t), t };
}

/** The place of an event that names one. */
function placeOf({ instanceId, resultsLocation, workingDirectory, carried }: QueuePlace): QueuePlace {
  return {
    instanceId,
    resultsLocation,
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(carried === undefined ? {} : { carried }),
  };
}

function canBeFirst({ type }: JournalRecord["event"]): boolean {
  return type === "queue-created" || type === "snapshot";
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the fold has not seen queue-created yet");
  return value;
}
