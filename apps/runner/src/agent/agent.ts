import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SpawnError } from "@spawn/foundation";
import { readCompletion } from "../completion-file.js";
import type { PendingEvent, QueueRun } from "../queue-run.js";
import { recordAside, runSession, type SessionEnd, type SessionOptions } from "../session.js";
import type { AgentParts } from "./agent-parts.js";
import { Bell } from "./bell.js";
import { EndWatch } from "./end-watch.js";
import { type NextStep, nextStep } from "./next-step.js";
import { prepareInstance } from "./prepare-instance.js";
import { RequestDesk } from "./request-desk.js";

const REQUESTS_EVERY_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** A new role takes this long to be known everywhere; until then it is refused what it may do. */
const ROLE_KNOWN_WITHIN_MS = 2 * 60_000;
const RECLAIMED_WITHIN_MS = 3 * 60_000;
const END_AGAIN_AFTER_MS = 30_000;

type InterruptCause = Extract<PendingEvent["event"], { type: "interrupt-requested" }>["cause"];

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
  /** Warnings from before a session could record them. */
  #unsaid: string[] = [];

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#bell = new Bell(parts.clock);
    this.#requests = new RequestDesk({
      ...parts,
      queueId: parts.config.queue_id,
      onExtended: () => {
        this.#watch.deadlineMoved();
        void this.#arm();
      },
      onUnwanted: () => {
        this.#isUnwanted = true;
        this.#bell.ring();
      },
      recordAside: (event) => this.#recordAside(event),
    });
    let passed: () => void;
    this.#deadlinePassed = new Promise((resolve) => {
      passed = resolve;
    });
    this.#watch = new EndWatch(this.#sources(), {
      onDue: () => this.#interrupt(),
      onDeadline: () => {
        parts.log.warn("the deadline is here");
        void this.#endMachine("terminate").then(() => passed());
      },
      onWarning: (message) => this.#warn(message),
    });
  }

  /** Resolves once the machine is ending, or `signal` has ended the agent. */
  async live(): Promise<void> {
    const { signal } = this.#parts;
    signal.addEventListener("abort", () => this.#interrupt(), { once: true });
    try {
      await this.#arm();
      this.#watch.start(this.#over.signal);
      void this.#lookForRequests();
      await Promise.race([this.#live(), this.#deadlinePassed]);
    } finally {
      this.#over.abort();
    }
  }

  async #live(): Promise<void> {
    if (!(await this.#prepare())) return await this.#leaveUnprepared();
    for (;;) {
      const end = await this.#runQueue();
      if (end === undefined) return;
      const goesOn = await this.#afterQueue(end);
      if (!goesOn) return;
    }
  }

  /** Has the system's own shutdown armed, sooner or later. */
  async #arm(): Promise<void> {
    const { machine, deadline, clock } = this.#parts;
    if (await machine.arm(deadline.leftMs())) return;
    clock.wakeAt(clock.bootMs() + END_AGAIN_AFTER_MS, () => {
      if (!this.#over.signal.aborted) void this.#arm();
    });
  }

  async #lookForRequests(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#over.signal.aborted) {
      await this.#requests.look();
      await new Promise<void>((resolve) => clock.wakeAt(clock.bootMs() + REQUESTS_EVERY_MS, resolve));
    }
  }

  /** @returns `false` where the instance has to end before anything could begin. */
  async #prepare(): Promise<boolean> {
    const { config, clock, log, carried } = this.#parts;
    const since = clock.bootMs();
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      if (this.#mustEnd()) return false;
      try {
        await prepareInstance({
          ...this.#parts,
          queueId: config.queue_id,
          workdirSha256: config.workdir?.sha256,
          trustCompleted: config.resume?.trust_completed ?? false,
        });
        this.#variables = await carried.fetch();
        return true;
      } catch (error) {
        const isEarly = clock.bootMs() - since < ROLE_KNOWN_WITHIN_MS;
        if (!isTemporary(error) && !(isEarly && isRefusal(error))) throw error;
        log.warn({ error: String(error) }, "cannot prepare the instance yet");
      }
      await this.#bell.next(waitMs);
    }
  }

  async #leaveUnprepared(): Promise<void> {
    if (this.#parts.signal.aborted) return;
    if (this.#watch.due === "spot") await this.#awaitReclaim();
    else await this.#endMachine("terminate");
  }

  /** @returns `undefined` where the agent was told to end while the store failed. */
  async #runQueue(): Promise<SessionEnd | undefined> {
    const { log, signal } = this.#parts;
    for (;;) {
      this.#watch.setQueueRuns(true);
      try {
        return await runSession(this.#sessionOptions(), log);
      } catch (error) {
        if (!isTemporary(error)) throw error;
        log.error({ error: String(error) }, "the store fails; the queue goes on when it no longer does");
      } finally {
        this.#run = undefined;
        this.#requests.end();
        this.#watch.setQueueRuns(false);
      }
      if (signal.aborted) return undefined;
      await this.#bell.next(LONGEST_WAIT_MS);
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
      resume: config.resume !== null && !existsSync(begun),
      rerun: config.resume?.rerun ?? [],
      watchers: [(run) => this.#begin(run, begun)],
    };
  }

  #begin(run: QueueRun, begun: string): void {
    this.#run = run;
    run.inbox.put({
      event: { type: "deadline-set", deadline: this.#parts.deadline.at },
      recorded: () => writeFileSync(begun, ""),
    });
    for (const message of this.#unsaid.splice(0)) run.inbox.put({ event: { type: "warning", message } });
    this.#requests.begin(run);
    this.#interrupt();
  }

  /** Tells the queue, if it runs, and who waits, that there is a reason to stop, if there is one. */
  #interrupt(): void {
    const cause = this.#interruptCause();
    if (cause !== undefined) this.#run?.inbox.put({ event: { type: "interrupt-requested", cause } });
    this.#bell.ring();
  }

  #interruptCause(): InterruptCause | undefined {
    const { due } = this.#watch;
    if (due === "spot" || due === "ttl") return due;
    return this.#parts.signal.aborted || this.#isUnwanted || due === "completion" ? "shutdown" : undefined;
  }

  #mustEnd(): boolean {
    return this.#watch.due !== undefined || this.#isUnwanted || this.#parts.signal.aborted;
  }

  /** @returns whether the queue goes on. */
  async #afterQueue(end: SessionEnd): Promise<boolean> {
    if (end.outcome.state !== "interrupted") await this.#settle();
    for (;;) {
      const step = this.#nextStep(end);
      this.#parts.log.info({ step }, "what comes next");
      if (step.kind !== "keep") return await this.#take(step);
      await this.#bell.next(step.until === undefined ? undefined : step.until - this.#parts.clock.wallMs());
    }
  }

  #nextStep({ outcome, at }: SessionEnd): NextStep {
    const { config, clock, signal } = this.#parts;
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
    });
  }

  /** The queue is final: nobody needs what was carried for it. What cannot be deleted here, `spawn gc` deletes. */
  async #settle(): Promise<void> {
    const { carried, log } = this.#parts;
    this.#requests.settle();
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
        await this.#endMachine(step.how);
        return false;
    }
  }

  /** EC2 ends the instance, and does not bill what it takes back early. It may change its mind: then it is ended here. */
  async #awaitReclaim(): Promise<void> {
    const { clock, signal } = this.#parts;
    const until = (this.#watch.spotNotice?.at ?? clock.wallMs()) + RECLAIMED_WITHIN_MS;
    while (!signal.aborted && clock.wallMs() < until) await this.#bell.next(until - clock.wallMs());
    if (!signal.aborted) await this.#endMachine("terminate");
  }

  async #sayGoodbye(why: string): Promise<void> {
    const { machine, log, config } = this.#parts;
    const message = `the instance ends now: ${why}`;
    machine.announce(message);
    rmSync(config.completion_file, { force: true });
    const { due } = this.#watch;
    if (due !== "idle" && due !== "completion") return;
    await this.#recordAside({ type: "warning", message }).catch((error: unknown) => {
      log.warn({ error: String(error) }, "the reason is not in the journal");
    });
  }

  async #endMachine(how: "terminate" | "stop"): Promise<void> {
    const { machine, clock } = this.#parts;
    while (!(await (how === "stop" ? machine.stop() : machine.powerOff()))) {
      await new Promise<void>((resolve) => clock.wakeAt(clock.bootMs() + END_AGAIN_AFTER_MS, resolve));
    }
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

  #sources() {
    const { config } = this.#parts;
    return {
      ...this.#parts,
      completion: () => (config.on_complete === "keep" ? undefined : readCompletion(config.completion_file)),
      completionDelayMs: config.completion_delay_ms,
      idleTimeoutMs: config.idle_timeout_ms ?? undefined,
    };
  }
}

/** The network or the store, which may be there again the next time. */
function isTemporary(error: unknown): boolean {
  return error instanceof SpawnError && error.code === "store-failed";
}

function isRefusal(error: unknown): boolean {
  return error instanceof SpawnError && error.code === "permission-denied";
}
