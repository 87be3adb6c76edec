import { type Random, unreachable } from "@spawn/foundation";
import type {
  AttemptOutcome,
  Effect,
  QueueOutcome,
  SchedulerEvent,
  StopCause,
  TimerEvent,
} from "../events.js";
import type { JobGraph } from "../graph/job-graph.js";
import { createState } from "../scheduler/create-state.js";
import { isCurrent } from "../scheduler/is-current.js";
import { nextStart } from "../scheduler/next-start.js";
import { pendingEffects } from "../scheduler/pending-effects.js";
import type { SchedulerState } from "../scheduler/scheduler-state.js";
import { transition } from "../scheduler/transition.js";
import { type OutcomeScript, SUCCESS } from "./arbitrary-outcomes.js";

export interface SimulatorOptions {
  /** How attempts end when nobody stops them. `timeout`: it hangs until it is stopped; a job without a limit then succeeds. */
  readonly script: OutcomeScript;
  /** Decides what happens next. */
  readonly random: Random;
  /** Attempts at the same time, default 3. */
  readonly slots?: number;
  /** Called after every event. */
  readonly onStep?: (state: SchedulerState, event: SchedulerEvent) => void;
}

interface Process {
  readonly job: string;
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  stopped?: StopCause;
}

/**
 * A small world around a state: it performs effects on make-believe processes and alarms, and picks what happens next
 * at random but fairly: all that can happen does, sooner or later.
 */
export class Simulator {
  readonly state: SchedulerState;
  readonly events: SchedulerEvent[] = [];
  readonly finished: QueueOutcome[] = [];
  #t: number;
  /** By job. */
  readonly #processes = new Map<string, Process>();
  readonly #limited: ReadonlySet<string>;
  #alarms: TimerEvent[] = [];

  /** Starts a run, or, given a state, takes it over as a runner does after a crash: its processes still run. */
  constructor(
    graph: JobGraph,
    private readonly options: SimulatorOptions,
    state?: SchedulerState,
  ) {
    this.state = state ?? createState(graph);
    this.#limited = new Set(graph.jobs.flatMap(({ id, timeoutMs }) => (timeoutMs === undefined ? [] : [id])));
    this.#t = Math.max(0, this.state.now);
    if (this.state.started) this.#perform(pendingEffects(this.state));
    else this.send({ type: "queue-started", t: 0 });
  }

  get t(): number {
    return this.#t;
  }

  /** Applies an event now, and performs its effects. */
  send(event: SchedulerEvent): void {
    this.#t = Math.max(this.#t, event.t);
    const { effects } = transition(this.state, event);
    this.events.push(event);
    this.#perform(effects);
    this.options.onStep?.(this.state, event);
  }

  /** Lets one thing happen. `false` when nothing can. */
  step(): boolean {
    this.#alarms = this.#alarms.filter((alarm) => isCurrent(this.state, alarm));
    const choices = [...this.#starts(), ...this.#ends(), ...this.#alarmsThatMayRing()];
    const choice = choices[Math.floor(this.options.random.next() * choices.length)];
    if (choice === undefined) return false;
    this.#t += Math.floor(this.options.random.next() * 3);
    choice();
    return true;
  }

  /** Steps until nothing can happen. @throws Error after `limit` steps. */
  run(limit = 100_000): QueueOutcome | undefined {
    for (let steps = 0; this.step(); steps += 1) {
      if (steps >= limit) throw new Error(`no end after ${limit} steps`);
    }
    return this.finished.at(-1);
  }

  #starts(): readonly (() => void)[] {
    if (this.#processes.size >= (this.options.slots ?? 3)) return [];
    // Room for some jobs only, as with declared resources: so jobs also start in other orders than by priority.
    const next = nextStart(this.state, () => this.options.random.next() < 0.7) ?? nextStart(this.state);
    return next === undefined ? [] : [() => this.send({ type: "attempt-starting", t: this.#t, ...next })];
  }

  #ends(): readonly (() => void)[] {
    return [...this.#processes.values()]
      .filter(({ outcome, stopped }) => outcome.reason !== "timeout" || stopped !== undefined)
      .map((process) => () => this.#end(process));
  }

  #end({ job, attempt, outcome, stopped }: Process): void {
    const { random } = this.options;
    this.#processes.delete(job);
    // A process that is being stopped may have ended by itself just before.
    const byItself = stopped === undefined || (outcome.reason !== "timeout" && random.next() < 0.3);
    this.send({
      type: "attempt-ended",
      t: this.#t,
      job,
      attempt,
      outcome: byItself ? outcome : { reason: stopped },
      random: random.next(),
    });
  }

  /** A process that ends by itself does so before its own alarm rings. */
  #alarmsThatMayRing(): readonly (() => void)[] {
    return this.#alarms
      .filter(
        (alarm) =>
          alarm.type !== "attempt-timed-out" || this.#processes.get(alarm.job)?.outcome.reason === "timeout",
      )
      .map((alarm) => () => this.send({ ...alarm, t: Math.max(this.#t, alarm.t) }));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#performOne(effect);
  }

  #performOne(effect: Effect): void {
    switch (effect.type) {
      case "start-attempt": {
        const { job, attempt } = effect;
        if (this.#processes.get(job)?.attempt === attempt) return;
        const outcome = this.options.script(job, attempt);
        const endless = outcome.reason === "timeout" && !this.#limited.has(job);
        this.#processes.set(job, { job, attempt, outcome: endless ? SUCCESS : outcome });
        return;
      }
      case "stop-attempt": {
        const process = this.#processes.get(effect.job);
        if (process?.attempt === effect.attempt) process.stopped = effect.cause;
        return;
      }
      case "wake-at":
        this.#alarms.push(effect.event);
        return;
      case "finish-queue":
        this.finished.push(effect.outcome);
        return;
      default:
        unreachable(effect);
    }
  }
}
