import { SpawnError } from "@spawn/foundation";
import type { PendingEvent } from "../queue-run.js";
import type { AgentParts } from "./agent-parts.js";
import type { Bell } from "./bell.js";
import { isTemporary } from "./temporary-failure.js";

const AGAIN_AFTER_MS = 15_000;

interface KeptResumeParts extends Pick<AgentParts, "carried" | "log" | "clock"> {
  readonly bell: Bell;
  /** Lays the files of the work folder that was shipped over those that are there. May be repeated. */
  readonly layWorkdir: (sha256: string) => Promise<void>;
  /** Adds to the queue's journal, which no session runs. */
  readonly recordAside: (event: PendingEvent["event"]) => Promise<void>;
}

/** What is asked of an instance that was kept after its queue. */
export interface ResumeRequest {
  /** Jobs that run again although they completed. */
  readonly rerun: readonly string[];
  /** Of a work folder that was shipped for it. */
  readonly workdirSha256?: string;
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

  /**
   * Puts what was shipped for a resume in place, and returns the variables of whoever asked for it; `undefined` where nobody
   * does, or as long as they cannot be had: then the bell rings. What is not what was shipped is left out, with all of it.
   */
  async prepare(): Promise<Readonly<Record<string, string>> | undefined> {
    const { carried, log, clock, bell } = this.#parts;
    if (!this.isAsked || !(await this.#layWorkdir())) return undefined;
    try {
      return await carried.fetch();
    } catch (error) {
      log.warn({ error: String(error) }, "the queue's variables cannot be had yet");
      clock.wakeAt(clock.bootMs() + AGAIN_AFTER_MS, () => bell.ring());
      return undefined;
    }
  }

  /** @returns false where there is no going on with it: yet, or with this request at all. */
  async #layWorkdir(): Promise<boolean> {
    const { log, clock, bell, layWorkdir, recordAside } = this.#parts;
    const sha256 = this.#request?.workdirSha256;
    if (sha256 === undefined) return true;
    try {
      await layWorkdir(sha256);
      return true;
    } catch (error) {
      if (isTemporary(error)) {
        log.warn({ error: String(error) }, "the work folder cannot be had yet");
        clock.wakeAt(clock.bootMs() + AGAIN_AFTER_MS, () => bell.ring());
      } else {
        const why = error instanceof Error ? error.message : String(error);
        const message = `a resume was left out, whose work folder could not be put in place: ${why}`;
        log.error(message);
        this.begun();
        await recordAside({ type: "warning", message });
      }
      return false;
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
