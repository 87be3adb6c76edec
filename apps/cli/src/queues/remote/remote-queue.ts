import { formatDuration, SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import { AskedWhenSlow } from "./asked-when-slow.js";
import { type InstanceQuestions, keptNow, withoutStay } from "./kept-now.js";
import { nothingHeard } from "./nothing-heard.js";
import { SILENT_FOR_LONG_MS } from "./silence.js";
import { type HeardStatus, StoredStatus } from "./stored-status.js";
import type { InstanceWord, ToldInstance } from "./told-instance.js";
import { unknownStatus } from "./unknown-status.js";

/** A runner stores its status every ten seconds. */
const SILENT_AFTER_MS = 60_000;
/** EC2 does not know everywhere at once what it has just made. */
const SETTLE_MS = 120_000;
/** Who waits for a store longer than this is not to wait for EC2 after it as well. */
const STORE_SLOW_MS = 1_000;

export interface RemoteQueueParts extends InstanceQuestions {
  readonly store: ResultStore;
  readonly queueId: string;
  /** Its newest instance, as far as whoever asks knows one. */
  readonly instanceId: string | undefined;
}

/** A queue on EC2, as its store tells of it; EC2 is asked only where the store does not tell enough. */
export class RemoteQueue {
  readonly #parts: RemoteQueueParts;
  readonly #stored: StoredStatus;
  /** The newest instance, as far as it is known. */
  #newest: string | undefined;

  constructor(parts: RemoteQueueParts) {
    this.#parts = parts;
    this.#newest = parts.instanceId;
    this.#stored = new StoredStatus(parts.store, parts.queueId);
  }

  /**
   * Its status now. While its runner is heard, and once it is over, this is one request to the store, small where nothing
   * has changed; where the instance was to stay, EC2 is asked whether it does.
   *
   * @throws SpawnError where nothing at all is known: `queue-not-found`, `permission-denied`, `store-failed`, `aws-failed`.
   */
  async look(): Promise<QueueStatus> {
    let heard: HeardStatus | undefined;
    const ec2 = this.#instanceQuestion();
    try {
      const read = this.#stored.read();
      heard = await (ec2?.unlessWithin(STORE_SLOW_MS, read) ?? read);
    } catch (error) {
      return this.#unreadable(error, ec2);
    }
    const unbegun = await this.#unbegunInstance(heard);
    if (unbegun !== undefined) return this.#notBegun(unbegun, heard);
    if (heard === undefined) throw nothingKnown(this.#parts);
    if (isSettled(heard.status)) return keptNow(heard.status, this.#parts);
    return this.#silenceMs(heard) < SILENT_AFTER_MS ? heard.status : this.#silent(heard);
  }

  /** What only a look of which the store tells nothing needs to know. */
  #instanceQuestion(): AskedWhenSlow<ToldInstance> | undefined {
    const { instanceId, instanceState } = this.#parts;
    const isNeeded = this.#stored.heard === undefined && instanceId !== undefined;
    return isNeeded ? new AskedWhenSlow(() => instanceState(instanceId)) : undefined;
  }

  #silenceMs({ atMs }: HeardStatus): number {
    return this.#parts.clock.wallMs() - atMs;
  }

  /** The instance from which nothing has been heard yet, if the newest is such a one. */
  async #unbegunInstance(heard: HeardStatus | undefined): Promise<NewestInstance | undefined> {
    const speaker = heard?.status.instance_id;
    if (speaker !== undefined && (this.#newest === undefined || speaker === this.#newest)) return undefined;
    // It may have been launched again from elsewhere.
    const newest = await this.#newestInstance();
    if (newest !== undefined && newest.instanceId !== speaker) return newest;
    this.#newest = speaker;
    return undefined;
  }

  async #newestInstance(): Promise<NewestInstance | undefined> {
    const { store, queueId, instanceId } = this.#parts;
    const bytes = await store.readBytes(queueKeys(queueId).instance);
    const told: unknown = bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof told === "object" && told !== null) {
      const [id, at] = [Reflect.get(told, "instance_id"), Reflect.get(told, "launched_at")];
      const region: unknown = Reflect.get(told, "region");
      const launchedAtMs = Date.parse(String(at));
      if (typeof id === "string")
        return { instanceId: id, launchedAtMs, region: typeof region === "string" ? region : undefined };
    }
    return instanceId === undefined ? undefined : { instanceId, launchedAtMs: Number.NaN, region: undefined };
  }

  async #notBegun(newest: NewestInstance, before?: HeardStatus): Promise<QueueStatus> {
    const { instanceId, launchedAtMs } = newest;
    const { queueId, clock, instanceState } = this.#parts;
    const { state, stateReason } = await instanceState(instanceId).catch((error: unknown) => {
      throw unknownStatus(queueId, error, `${instanceId} has told nothing yet`);
    });
    const wallMs = clock.wallMs();
    const isYoung = state === "gone" && wallMs - launchedAtMs < SETTLE_MS;
    const runner = isOver(state) && !isYoung ? "gone" : "alive";
    if (runner === "gone") {
      // All that it has to say may have come between the two questions.
      const heard = await this.#stored.read();
      if (heard?.status.instance_id === instanceId)
        return isSettled(heard.status) ? withoutStay(heard.status) : this.#silent(heard);
    }
    const why = isOver(state) && stateReason !== undefined ? { instance_state_reason: stateReason } : {};
    const told = isYoung ? {} : { instance_state: state, ...why };
    const status = await this.#statusBefore(newest, runner, before);
    return { ...nothingHeard(status, { ...newest, wallMs, isOver: runner === "gone" }), ...told };
  }

  async #statusBefore(
    { instanceId }: NewestInstance,
    runner: "alive" | "gone",
    before: HeardStatus | undefined,
  ): Promise<QueueStatus> {
    const { store, queueId, clock } = this.#parts;
    if (before === undefined) {
      const { statusBeforeStart } = await import("./status-before-start.js");
      return await statusBeforeStart(store, { queueId, instanceId, wallMs: clock.wallMs(), runner });
    }
    return runner === "gone" ? withoutStay(before.status) : goingOn(before.status);
  }

  /** Of a queue that was not over when it was last heard of, which is some time ago. */
  async #silent(heard: HeardStatus): Promise<QueueStatus> {
    const { store, queueId, instanceState } = this.#parts;
    let state: InstanceWord;
    try {
      ({ state } = await instanceState(heard.status.instance_id));
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      return unknownOf(heard.status);
    }
    if (!isOver(state)) return withoutWord(heard.status, state, this.#silenceMs(heard));
    // Its last word may have come between the two questions.
    const last = await this.#stored.read();
    if (last !== undefined && isSettled(last.status)) return keptNow(last.status, this.#parts);
    const [{ openStoredQueue }, { afterItsHost }] = await Promise.all([
      import("../stored-queue.js"),
      import("./after-its-host.js"),
    ]);
    const stored = await openStoredQueue(this.#parts, store, queueId);
    return { ...afterItsHost(stored, Date.parse(heard.status.updated_at)), instance_state: state };
  }

  async #unreadable(error: unknown, ec2: AskedWhenSlow<ToldInstance> | undefined): Promise<QueueStatus> {
    if (!(error instanceof SpawnError)) throw error;
    const { heard } = this.#stored;
    if (heard !== undefined) return isSettled(heard.status) ? heard.status : unknownOf(heard.status);
    const { instanceId, queueId } = this.#parts;
    if (ec2 === undefined) throw unknownStatus(queueId, error);
    const words = await ec2.answer().then(
      ({ state }) => `EC2 says that ${instanceId} is ${state}`,
      (failure: unknown) =>
        `EC2 does not tell either (${failure instanceof Error ? failure.message : failure})`,
    );
    throw unknownStatus(queueId, error, words);
  }
}

/** What its jobs had reached before; of the queue's own end nothing is true any more. */
function goingOn(before: QueueStatus): QueueStatus {
  const { completed_at, duration: _for, first_failure: _job, reason: _why, started_at, ...status } = before;
  // A queue that was over begins anew.
  const begun = completed_at === undefined && started_at !== undefined ? { started_at } : {};
  return { ...withoutStay(status), ...begun, status: "pending" };
}

/** What it was when it was last heard of. It may still be so: its instance is there. */
function withoutWord(status: QueueStatus, state: InstanceWord, silenceMs: number): QueueStatus {
  const shown = { ...status, instance_state: state };
  if (silenceMs < SILENT_FOR_LONG_MS) return shown;
  const silence = formatDuration(Math.floor(silenceMs / 60_000) * 60_000);
  const message = `nothing heard from its agent for ${silence}, though its instance is ${state}: all this is from then. The instance ends at its deadline, or now by: spawn terminate ${status.instance_id}`;
  return {
    ...shown,
    estimated_completion: undefined,
    warnings: [...status.warnings, { at: status.updated_at, message }],
  };
}

interface NewestInstance {
  readonly instanceId: string;
  /** NaN where it is not known. */
  readonly launchedAtMs: number;
  readonly region: string | undefined;
}

/** Nothing changes any more unless somebody resumes it. */
export function isSettled({ status }: QueueStatus): boolean {
  return ["completed", "failed", "cancelled", "interrupted"].includes(status);
}

function isOver(state: InstanceWord): boolean {
  return state === "terminated" || state === "stopped" || state === "gone";
}

function unknownOf(status: QueueStatus): QueueStatus {
  return { ...status, status: "unknown", last_known_status: status.status, reason: undefined };
}

function nothingKnown({ store, queueId }: RemoteQueueParts): SpawnError {
  return new SpawnError("queue-not-found", `the store holds no state of ${queueId}`, {
    hint: `Look at ${store.locationOf(queueId)}`,
  });
}
