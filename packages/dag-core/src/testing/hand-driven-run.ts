import type { AttemptOutcome, Effect, SchedulerEvent, TimerEvent } from "../events.js";
import { buildGraph } from "../graph/job-graph.js";
import type { DagInput } from "../input.js";
import { checkInvariants } from "../scheduler/check-invariants.js";
import { createState } from "../scheduler/create-state.js";
import { jobBudget, jobState } from "../scheduler/inspect.js";
import { isCurrent } from "../scheduler/is-current.js";
import { type JobStatus, statusOf } from "../scheduler/job-status.js";
import { nextStart } from "../scheduler/next-start.js";
import type { SchedulerState } from "../scheduler/scheduler-state.js";
import { transition } from "../scheduler/transition.js";
import { SUCCESS } from "./arbitrary-outcomes.js";

/** A started run that a test moves by hand, with a clock of its own; invariants are checked after every event. */
export class HandDrivenRun {
  readonly state: SchedulerState;
  readonly events: SchedulerEvent[] = [];
  /** All effects so far. */
  readonly effects: Effect[] = [];
  t = 0;

  constructor(input: DagInput) {
    this.state = createState(buildGraph(input));
    this.send({ type: "queue-started", t: 0 });
  }

  send(event: SchedulerEvent): readonly Effect[] {
    this.t = event.t;
    const { effects } = transition(this.state, event);
    this.events.push(event);
    this.effects.push(...effects);
    checkInvariants(this.state);
    return effects;
  }

  wait(ms: number): this {
    this.t += ms;
    return this;
  }

  start(...jobs: readonly string[]): readonly Effect[] {
    return jobs.flatMap((job) => {
      const attempt = jobBudget(this.state, job).lastAttempt + 1;
      return this.send({ type: "attempt-starting", t: this.t, job, attempt });
    });
  }

  /** Ends the running attempt of a job. */
  end(job: string, outcome: AttemptOutcome = SUCCESS, random = 0): readonly Effect[] {
    const attempt = jobBudget(this.state, job).lastAttempt;
    return this.send({ type: "attempt-ended", t: this.t, job, attempt, outcome, random });
  }

  /** Starts the jobs one after the other and lets each succeed. */
  complete(...jobs: readonly string[]): this {
    for (const job of jobs) {
      this.start(job);
      this.end(job);
    }
    return this;
  }

  /** Starts a job and lets it exit with 1. */
  fail(job: string, exitCode = 1): readonly Effect[] {
    this.start(job);
    return this.end(job, { reason: "exit", exitCode });
  }

  /** Lets the earliest alarm that still means something ring, at its time. */
  ring(type: TimerEvent["type"]): readonly Effect[] {
    const [alarm] = this.effects
      .flatMap((effect) => (effect.type === "wake-at" && effect.event.type === type ? [effect.event] : []))
      .filter((event) => isCurrent(this.state, event))
      .sort((a, b) => a.t - b.t);
    if (alarm === undefined) throw new Error(`no alarm ${type} is set`);
    return this.send({ ...alarm, t: Math.max(alarm.t, this.t) });
  }

  cancel(force = false): readonly Effect[] {
    return this.send({ type: "cancel-requested", t: this.t, force });
  }

  status(job: string): JobStatus {
    return statusOf(jobState(this.state, job));
  }

  /** Where every job stands, in file order. */
  statuses(): Readonly<Record<string, JobStatus>> {
    return Object.fromEntries(this.state.graph.jobs.map(({ id }) => [id, this.status(id)]));
  }

  /** Ready jobs, best first. */
  ready(): readonly string[] {
    const seen: string[] = [];
    nextStart(this.state, (job) => {
      seen.push(job);
      return false;
    });
    return seen;
  }
}
