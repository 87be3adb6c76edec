import { SpawnError } from "@spawn/foundation";
import type { AgentParts } from "./agent-parts.js";
import type { Bell } from "./bell.js";

const AGAIN_AFTER_MS = 15_000;

interface KeptResumeParts extends Pick<AgentParts, "carried" | "log" | "clock"> {
  readonly bell: Bell;
}

/** What is asked of an instance that was kept after its queue. */
export interface ResumeRequest {
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
  /** Removes the request: to be called once the queue goes on, for good. */
  readonly done: () => void;
}

/** The resume that a queue which is over goes on with, from when it is asked for until it is in the journal. */
export class KeptResume {
  readonly #parts: KeptResumeParts;
  #request: ResumeRequest | undefined;

  constructor(parts: KeptResumeParts) {
    this.#parts = parts;
  }

  ask(request: ResumeRequest): void {
    this.#request = request;
    this.#parts.bell.ring();
  }

  get isAsked(): boolean {
    return this.#request !== undefined;
  }

  /** Jobs that run again although they completed. */
  get rerun(): readonly string[] | undefined {
    return this.#request?.rerun;
  }

  /** Those of whoever resumes the queue; `undefined` where nobody does, or as long as they cannot be had: then the bell rings. */
  async variables(): Promise<Readonly<Record<string, string>> | undefined> {
    const { carried, log, clock, bell } = this.#parts;
    if (!this.isAsked) return undefined;
    try {
      return await carried.fetch();
    } catch (error) {
      log.warn({ error: String(error) }, "the queue's variables cannot be had yet");
      clock.wakeAt(clock.bootMs() + AGAIN_AFTER_MS, () => bell.ring());
      return undefined;
    }
  }

  /** The queue goes on. */
  begun(): void {
    this.#request?.done();
    this.#request = undefined;
  }

  /** Whether a session failed because nothing has to run again: then the queue stays as it is. */
  isVain(error: unknown): boolean {
    if (!this.isAsked || !(error instanceof SpawnError) || error.code !== "not-resumable") return false;
    this.#parts.log.warn({ error: error.message }, "the resume that was asked for is left out");
    this.begun();
    return true;
  }
}
