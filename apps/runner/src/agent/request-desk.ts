import type { RunnerRequest } from "@spawn/attempt-runner";
import { unreachable } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import type { Logger } from "pino";
import type { PendingEvent, QueueRun } from "../queue-run.js";
import type { InstanceDeadline } from "./instance-deadline.js";
import type { ResumeRequest } from "./kept-resume.js";
import { type StoredRequest, StoreRequests } from "./store-requests.js";

export interface RequestDeskOptions {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly deadline: InstanceDeadline;
  readonly log: Logger;
  /** The deadline is another one, on the disk already: so much later. */
  readonly onExtended: (byMs: number) => void;
  /** The instance is to go. */
  readonly onUnwanted: () => void;
  /** A queue that is over is to go on here. */
  readonly onResume: (resume: ResumeRequest) => void;
  /** Adds to the queue's journal while no session runs it. */
  readonly recordAside: (event: PendingEvent["event"]) => Promise<void>;
}

/** An event for the journal, and the request that it came of. */
interface Note {
  readonly event: PendingEvent["event"];
  readonly done: () => Promise<void>;
}

/** Does what is asked of the instance through the store: at once what concerns the instance, the rest with the queue. */
export class RequestDesk {
  readonly #options: RequestDeskOptions;
  readonly #requests: StoreRequests;
  #run: QueueRun | undefined;
  /** What waits for a session to record it. */
  #held: Note[] = [];
  /** Of a queue that is not known to be over yet. */
  #resume: ResumeRequest | undefined;
  #isFinal = false;
  #isStoreSilent = false;

  constructor(options: RequestDeskOptions) {
    this.#options = options;
    this.#requests = new StoreRequests(options.store, options.queueId);
  }

  /** Looks for new requests and sees to them. A store that does not answer is asked again the next time. */
  async look(): Promise<void> {
    try {
      for (const request of await this.#requests.take()) await this.#see(request);
      if (this.#isFinal) await this.#recordHeld();
      this.#isStoreSilent = false;
    } catch (error) {
      if (!this.#isStoreSilent) this.#options.log.warn({ error: String(error) }, "cannot see to requests");
      this.#isStoreSilent = true;
    }
  }

  /** A session runs the queue from now on. */
  begin(run: QueueRun): void {
    this.#run = run;
    this.#isFinal = false;
    const held = this.#held;
    this.#held = [];
    for (const note of held) this.#put(run, note);
    // It goes on without it.
    this.#resume?.done();
    this.#resume = undefined;
  }

  end(): void {
    this.#run = undefined;
  }

  /** The queue is final, and no session will run it. */
  settle(): void {
    this.#isFinal = true;
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume !== undefined) this.#options.onResume(resume);
  }

  async #see({ id, request, done }: StoredRequest): Promise<void> {
    const { log, onUnwanted } = this.#options;
    if (typeof request === "string") {
      log.warn({ id, problem: request }, "not a request; it was removed");
      return await done();
    }
    log.info({ id, request }, "request");
    if (request.kind === "resume") {
      const { rerun, workdir } = request;
      this.#resume = {
        rerun,
        done: () => this.#remove(done),
        ...(workdir === undefined ? {} : { workdirSha256: workdir.sha256 }),
      };
      if (this.#run !== undefined) this.begin(this.#run);
      else if (this.#isFinal) this.settle();
      return;
    }
    if (request.kind === "interrupt") onUnwanted();
    const note = { event: eventOf(request, this.#options), done };
    if (this.#run === undefined) this.#held.push(note);
    else this.#put(this.#run, note);
  }

  #put(run: QueueRun, { event, done }: Note): void {
    run.inbox.put({ event, recorded: () => this.#remove(done) });
  }

  async #recordHeld(): Promise<void> {
    for (let note = this.#held[0]; note !== undefined; note = this.#held[0]) {
      // Of a queue that is final, there is nothing left to stop.
      const isPast = note.event.type === "cancel-requested" || note.event.type === "interrupt-requested";
      if (!isPast) await this.#options.recordAside(note.event);
      this.#held.shift();
      this.#remove(note.done);
    }
  }

  /** One that cannot be removed is there for the next agent, to whom it says nothing new. */
  #remove(done: () => Promise<void>): void {
    done().catch((error: unknown) => this.#options.log.warn({ error: String(error) }, "a request stays"));
  }
}

/** Moves the deadline, or says why not. */
function extend(
  deadline: InstanceDeadline,
  to: number,
  { onExtended }: Pick<RequestDeskOptions, "onExtended">,
): PendingEvent["event"] {
  const refusal = to === deadline.at ? undefined : deadline.refusal(to);
  if (refusal !== undefined) return { type: "warning", message: refusal };
  if (to !== deadline.at) {
    const byMs = to - deadline.at;
    deadline.extend(to);
    onExtended(byMs);
  }
  return { type: "deadline-set", deadline: to };
}

type Recorded = Exclude<RunnerRequest, { kind: "resume" }>;

function eventOf(request: Recorded, options: RequestDeskOptions): PendingEvent["event"] {
  switch (request.kind) {
    case "cancel":
      return { type: "cancel-requested", force: request.force };
    case "interrupt":
      return { type: "interrupt-requested", cause: request.cause };
    case "extend":
      return extend(options.deadline, Date.parse(request.deadline), options);
    default:
      return unreachable(request);
  }
}
