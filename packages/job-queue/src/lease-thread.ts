import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Lease, LeaseListener, LeaseState } from "./job-store.js";

export type ToLeaseThread =
  | {
      readonly kind: "keep";
      readonly jobId: number;
      readonly token: string;
      readonly leaseMs: number;
      /** Some of the lease has passed: it is to be renewed at once. */
      readonly isLate: boolean;
      /** The tokens of leases that are not kept any more. */
      readonly dropped: readonly string[];
    }
  | { readonly kind: "drop"; readonly dropped: readonly string[] }
  | { readonly kind: "close" };

export type FromLeaseThread =
  | { readonly kind: "up" }
  | { readonly kind: "state"; readonly token: string; readonly state: "cancel-requested" | "lost" };

/** While the thread starts, leases are renewed from here this often at the least. */
const BRIDGE_EVERY_MS = 1_000;

/** A lease that is not kept any more is told of with the next one that is, which halves the messages, or so long after. */
const DROP_WITHIN_MS = 50;

interface Kept {
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly listener: LeaseListener;
  /** Of a wish to cancel. */
  told: boolean;
}

/**
 * Keeps leases in a thread of its own, so that a job whose code keeps this thread busy for minutes keeps its claim. The
 * thread starts with the first lease, and keeps no process alive.
 */
export class LeaseThread {
  readonly #code: string;
  readonly #data: object;
  readonly #renew: (lease: Lease, leaseMs: number) => Promise<LeaseState>;
  readonly #kept = new Map<string, Kept>();
  #worker: Worker | undefined;
  #isUp = false;
  #bridge: NodeJS.Timeout | undefined;
  #dropped: string[] = [];
  #dropping: NodeJS.Timeout | undefined;

  /**
   * @param code the thread's program, in CommonJS: text, so that it is the same whether this package runs from its sources,
   * built, or bundled into one file.
   * It says that it is up when it can renew.
   * @param data what it finds as its `workerData`.
   * @param renew renews a lease from this thread: a short one must not run out while the other thread starts.
   */
  constructor(code: string, data: object, renew: (lease: Lease, leaseMs: number) => Promise<LeaseState>) {
    this.#code = code;
    this.#data = data;
    this.#renew = renew;
  }

  keep(lease: Lease, leaseMs: number, listener: LeaseListener): () => void {
    this.#kept.set(lease.token, { lease, leaseMs, listener, told: false });
    if (!this.#isUp) this.#startBridge();
    this.#post({ kind: "keep", ...lease, leaseMs, isLate: !this.#isUp, dropped: this.#takeDropped() });
    return () => {
      if (this.#kept.delete(lease.token)) this.#drop(lease.token);
    };
  }

  #drop(token: string): void {
    this.#dropped.push(token);
    this.#dropping ??= setTimeout(() => {
      this.#post({ kind: "drop", dropped: this.#takeDropped() });
    }, DROP_WITHIN_MS).unref();
  }

  #takeDropped(): readonly string[] {
    clearTimeout(this.#dropping);
    this.#dropping = undefined;
    const dropped = this.#dropped;
    this.#dropped = [];
    return dropped;
  }

  async close(): Promise<void> {
    this.#kept.clear();
    this.#takeDropped();
    this.#endBridge();
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = once(worker, "exit");
    worker.ref();
    this.#post({ kind: "close" });
    await exit;
  }

  #post(message: ToLeaseThread): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(this.#code, { eval: true, workerData: this.#data, execArgv: [] });
    worker.unref();
    worker.on("message", (message: FromLeaseThread) => this.#hear(message));
    // Whatever it was, the claims are still ours to keep.
    worker.on("error", () => this.#startAgain(worker));
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  #startAgain(dead: Worker): void {
    if (this.#worker !== dead) return;
    this.#worker = undefined;
    this.#isUp = false;
    this.#startBridge();
    for (const { lease, leaseMs } of this.#kept.values()) {
      this.#post({ kind: "keep", ...lease, leaseMs, isLate: true, dropped: [] });
    }
  }

  /** What is running already is left to run: jobs that come and go must not put off the renewal of one that stays. */
  #startBridge(): void {
    if (this.#bridge !== undefined || this.#kept.size === 0) return;
    const all = [...this.#kept.values()];
    const everyMs = Math.min(BRIDGE_EVERY_MS, ...all.map(({ leaseMs }) => leaseMs / 3));
    this.#bridge = setTimeout(() => {
      this.#bridge = undefined;
      for (const { lease, leaseMs } of this.#kept.values()) {
        this.#renew(lease, leaseMs).then(
          (state) => this.#tell(lease.token, state),
          () => {},
        );
      }
      this.#startBridge();
    }, everyMs).unref();
  }

  #endBridge(): void {
    clearTimeout(this.#bridge);
    this.#bridge = undefined;
  }

  #hear(message: FromLeaseThread): void {
    if (message.kind === "up") {
      this.#isUp = true;
      this.#endBridge();
      return;
    }
    this.#tell(message.token, message.state);
  }

  #tell(token: string, state: LeaseState): void {
    const kept = this.#kept.get(token);
    if (kept === undefined || state === "held") return;
    if (state === "lost") {
      this.#kept.delete(token);
      kept.listener.onLost();
    } else if (!kept.told) {
      kept.told = true;
      kept.listener.onCancelRequested();
    }
  }
}
