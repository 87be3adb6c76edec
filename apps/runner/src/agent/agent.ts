import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InterruptCause } from "@spawn/dag-core";
import { completionWords } from "../completion-file.js";
import type { PendingEvent, QueueRun } from "../queue-run.js";
import { recordAside, runSession, type SessionEnd, type SessionOptions } from "../session.js";
import type { AgentParts } from "./agent-parts.js";
import { Bell } from "./bell.js";
import { clockWarning } from "./clock-ahead.js";
import { endSources } from "./end-sources.js";
import { EndWatch } from "./end-watch.js";
import { giveUpInTime } from "./give-up-in-time.js";
import { armShutdown, endMachine, pause } from "./insist.js";
import { isReplaced } from "./is-replaced.js";
import { keptInstance } from "./kept-instance.js";
import { KeptResume } from "./kept-resume.js";
import { leaveInTime } from "./leave-in-time.js";
import { type NextStep, nextStep } from "./next-step.js";
import { prepareUntilReady } from "./prepare-until-ready.js";
import { RequestDesk } from "./request-desk.js";
import { StopMark } from "./stop-mark.js";
import { isTemporary } from "./temporary-failure.js";
import { unpackWorkdir } from "./unpack-workdir.js";

const REQUESTS_EVERY_MS = 10_000;
const STORE_AGAIN_AFTER_MS = 15_000;
const RECLAIMED_WITHIN_MS = 3 * 60_000;
const GOODBYE_WITHIN_MS = 30_000;

/**
 * Keeps an instance honest: runs its queue, and sees to it that the instance ends when it should. The system's own
 * shutdown, armed first, holds whatever becomes of the agent.
 */
export class Agent {
  readonly #parts: AgentParts;
  readonly #bell: Bell;
  readonly #watch: EndWatch;
  readonly #requests: RequestDesk;
  readonly #over = new AbortController();
  readonly #deadlinePassed: Promise<void>;
  #run: QueueRun | undefined;
  #variables: Readonly<Record<string, string>> = {};
  #isUnwanted = false;
  readonly #resume: KeptResume;
  readonly #stopMark: StopMark;
  /** Until when the instance stays, though its queue is over; wall clock, ms since the Unix epoch. */
  #keptUntil: number | undefined;
  /** Warnings from before a session could record them. */
  #unsaid: string[] = [];

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#bell = new Bell(parts.clock);
    this.#resume = new KeptResume({
      ...parts,
      bell: this.#bell,
      layWorkdir: async (sha256) => {
        const { layout, config } = parts;
        mkdirSync(layout.work, { recursive: true, mode: 0o755 });
        await unpackWorkdir({ ...parts, queueId: config.queue_id }, sha256, layout.work);
      },
      recordAside: (event) => this.#recordAside(event),
    });
    this.#stopMark = new StopMark(parts.layout.state);
    this.#requests = new RequestDesk({
      ...parts,
      queueId: parts.config.queue_id,
      onExtended: (byMs) => {
        this.#watch.deadlineMoved();
        if (this.#keptUntil !== undefined) this.#keptUntil += byMs;
        this.#bell.ring();
        void armShutdown(this.#parts, this.#over.signal);
      },
      onUnwanted: () => {
        this.#isUnwanted = true;
        this.#bell.ring();
      },
      onResume: (resume) => this.#resume.ask(resume),
      recordAside: (event) => this.#recordAside(event),
    });
    let passed: () => void;
    this.#deadlinePassed = new Promise((resolve) => {
      passed = resolve;
    });
    this.#watch = new EndWatch(endSources(parts), {
      onDue: (cause) => {
        const { completion } = this.#watch;
        if (cause === "completion" && completion !== undefined && this.#run !== undefined)
          this.#warn(`${completionWords(completion)}; what still runs is stopped`);
        this.#interrupt();
      },
      onDeadline: () => {
        parts.log.warn("the deadline is here");
        void endMachine(this.#parts, "terminate").then(() => passed());
      },
      onWarning: (message) => this.#warn(message),
    });
  }

  /** Resolves once the machine is ending, or `signal` has ended the agent. */
  async live(): Promise<void> {
    const { signal } = this.#parts;
    signal.addEventListener("abort", () => this.#interrupt(), { once: true });
    try {
      await armShutdown(this.#parts, this.#over.signal);
      this.#watch.start(this.#over.signal);
      void this.#lookForRequests();
      void this.#parts.clockAhead.then(clockWarning).then((warning) => {
        if (warning !== undefined) this.#warn(warning);
      });
      const outOfTime = leaveInTime(this.#parts, this.#over.signal);
      await Promise.race([this.#live(), this.#deadlinePassed, outOfTime]);
    } finally {
      this.#over.abort();
      this.#bell.ring();
    }
  }

  async #live(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      if (!(await isReplaced(error, this.#parts))) throw error;
      this.#parts.log.warn({ error: String(error) }, "another instance goes on with the queue");
      await endMachine(this.#parts, "terminate");
    }
  }

  async #work(): Promise<void> {
    const variables = await prepareUntilReady(this.#parts, {
      mustEnd: () => this.#mustEnd(),
      pause: (ms) => this.#bell.next(ms),
    });
    if (variables === undefined) return await this.#leaveUnprepared();
    this.#variables = variables;
    for (;;) {
      const end = await this.#runQueue();
      if (end === undefined) return;
      const goesOn = await this.#afterQueue(end);
      if (!goesOn) return;
    }
  }

  async #lookForRequests(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#requests.look();
      await pause(this.#parts.clock, REQUESTS_EVERY_MS);
    }
  }

  async #leaveUnprepared(): Promise<void> {
    if (this.#over.signal.aborted || this.#parts.signal.aborted) return;
    if (this.#watch.due === "spot") await this.#awaitReclaim();
    else await endMachine(this.#parts, "terminate");
  }

  /** @returns `undefined` where the agent was told to end while the store failed. */
  async #runQueue(): Promise<SessionEnd | undefined> {
    const { log, signal } = this.#parts;
    for (;;) {
      this.#watch.setQueueRuns(true);
      try {
        return await runSession(this.#sessionOptions(), log);
      } catch (error) {
        if (this.#resume.isVain(error)) continue;
        if (!isTemporary(error)) throw error;
        log.error({ error: String(error) }, "the store fails; the queue goes on when it no longer does");
      } finally {
        this.#run = undefined;
        this.#requests.end();
        this.#watch.setQueueRuns(false);
      }
      if (!signal.aborted) await this.#bell.next(STORE_AGAIN_AFTER_MS);
      if (signal.aborted || this.#over.signal.aborted) return undefined;
    }
  }

  #sessionOptions(): SessionOptions {
    const { config, layout, capacity, environment, log: _log, ...parts } = this.#parts;
    const begun = join(layout.state, "begun");
    return {
      ...parts,
      root: layout.root,
      workingDirectory: layout.work,
      machine: capacity,
      environment: { ...environment, ...this.#variables },
      carried: Object.keys(this.#variables),
      // Once: what ends after that has ended on this instance.
      resume: this.#resume.isAsked || (config.resume !== null && !existsSync(begun)),
      rerun: this.#resume.rerun ?? config.resume?.rerun ?? [],
      watchers: [(run) => this.#begin(run, begun)],
      atEnd: (end) => this.#keptEvents(end),
    };
  }

  /** What is to be told with the end of the queue: that the instance stays, and costs. */
  #keptEvents(end: SessionEnd): readonly PendingEvent["event"][] {
    const kept = keptInstance(this.#nextStep(end), this.#parts.deadline.at);
    if (kept?.as === "running") this.#keptUntil = kept.until;
    const isKnown = kept === undefined || (kept.until === end.kept?.until && kept.as === end.kept.as);
    return isKnown ? [] : [{ type: "instance-kept", ...kept }];
  }

  #begin(run: QueueRun, begun: string): void {
    this.#run = run;
    this.#keptUntil = undefined;
    this.#stopMark.clear();
    run.inbox.put({
      event: { type: "deadline-set", deadline: this.#parts.deadline.at },
      recorded: () => {
        writeFileSync(begun, "");
        this.#resume.begun();
      },
    });
    for (const message of this.#unsaid.splice(0)) run.inbox.put({ event: { type: "warning", message } });
    this.#requests.begin(run);
    if (this.#resume.isAsked) this.#forgetCompletion();
    this.#interrupt();
  }

  /** What was said of the run before is not said of the one that begins. */
  #forgetCompletion(): void {
    rmSync(this.#parts.config.completion_file, { force: true });
    this.#watch.forgetCompletion();
  }

  /** Tells the queue, if it runs, and who waits, that there is a reason to stop, if there is one. */
  #interrupt(): void {
    const cause = this.#interruptCause();
    const run = this.#run;
    if (cause !== undefined && run !== undefined) {
      run.inbox.put({ event: { type: "interrupt-requested", cause } });
      giveUpInTime(run, { ...this.#parts, notice: this.#watch.spotNotice }, this.#over.signal);
    }
    this.#bell.ring();
  }

  #interruptCause(): InterruptCause | undefined {
    const { due } = this.#watch;
    if (due === "spot" || due === "ttl") return due;
    return this.#parts.signal.aborted || this.#isUnwanted || due === "completion" ? "shutdown" : undefined;
  }

  #mustEnd(): boolean {
    if (this.#over.signal.aborted || this.#parts.signal.aborted) return true;
    const { due, completion } = this.#watch;
    // After a failure the instance stays: for how long, the queue's end says.
    if (due === "completion" && completion?.status === "failure") return this.#isUnwanted;
    return due !== undefined || this.#isUnwanted;
  }

  /** @returns whether the queue goes on. */
  async #afterQueue(end: SessionEnd): Promise<boolean> {
    if (end.outcome.state !== "interrupted") await this.#settle();
    for (;;) {
      const step = this.#nextStep(end);
      this.#parts.log.info({ step }, "what comes next");
      if (step.kind !== "keep") return await this.#take(step);
      this.#keptUntil = step.until;
      const variables = await this.#resume.prepare();
      if (variables !== undefined) {
        this.#variables = variables;
        return true;
      }
      // At the latest moment it is the deadline that ends it, which is watched elsewhere.
      await this.#bell.next(Math.max(1_000, step.until - this.#parts.clock.wallMs()));
    }
  }

  #nextStep({ outcome, at, kept }: SessionEnd): NextStep {
    const { config, clock, signal, deadline } = this.#parts;
    return nextStep({
      outcome,
      endedAt: at,
      now: clock.wallMs(),
      isTold: signal.aborted,
      isUnwanted: this.#isUnwanted,
      due: this.#watch.due,
      completion: this.#watch.completion,
      onComplete: config.on_complete,
      keepOnFailureMs: config.keep_on_failure_ms,
      keptUntil: this.#keptUntil ?? (kept?.as === "running" ? kept.until : undefined),
      latest: deadline.at - deadline.marginMs,
      wasStopped: this.#stopMark.isSet,
    });
  }

  /** The queue is final: nobody needs what was carried for it. What cannot be deleted here, `spawn gc` deletes. */
  async #settle(): Promise<void> {
    const { carried, log } = this.#parts;
    this.#requests.settle();
    // What is there then was carried for what comes.
    if (this.#resume.isAsked) return;
    try {
      await carried.remove();
    } catch (error) {
      log.warn({ error: String(error) }, "the queue's variables stay in the parameter store");
    }
  }

  async #take(step: Exclude<NextStep, { kind: "keep" }>): Promise<boolean> {
    switch (step.kind) {
      case "leave":
        return false;
      case "continue":
        return true;
      case "await-reclaim":
        await this.#awaitReclaim();
        return false;
      case "end":
        await this.#sayGoodbye(step.why);
        if (step.how === "stop") this.#stopMark.set();
        await endMachine(this.#parts, step.how);
        return false;
    }
  }

  /** EC2 ends the instance, and does not bill what it takes back early. It may change its mind: then it is ended here. */
  async #awaitReclaim(): Promise<void> {
    const { clock, signal } = this.#parts;
    const until = (this.#watch.spotNotice?.at ?? clock.wallMs()) + RECLAIMED_WITHIN_MS;
    while (!signal.aborted && clock.wallMs() < until) await this.#bell.next(until - clock.wallMs());
    if (!signal.aborted) await endMachine(this.#parts, "terminate");
  }

  async #sayGoodbye(why: string): Promise<void> {
    const { machine, log, config } = this.#parts;
    const message = `the instance ends now: ${why}`;
    machine.announce(message);
    rmSync(config.completion_file, { force: true });
    const { due } = this.#watch;
    if (due !== "idle" && due !== "completion") return;
    const noted = this.#recordAside({ type: "warning", message }).catch((error: unknown) => {
      log.warn({ error: String(error) }, "the reason is not in the journal");
    });
    await Promise.race([noted, pause(this.#parts.clock, GOODBYE_WITHIN_MS)]);
  }

  #warn(message: string): void {
    this.#parts.log.warn(message);
    this.#parts.machine.announce(message);
    if (this.#run === undefined) this.#unsaid.push(message);
    else this.#run.inbox.put({ event: { type: "warning", message } });
  }

  async #recordAside(event: PendingEvent["event"]): Promise<void> {
    // Before the first session, which says it all, there is no journal.
    if (existsSync(this.#parts.layout.journal)) await recordAside(this.#sessionOptions(), [event]);
  }
}
