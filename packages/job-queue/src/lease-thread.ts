import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Lease, LeaseListener } from "./job-store.js";

export type ToLeaseThread =
  | { readonly kind: "keep"; readonly jobId: number; readonly token: string; readonly leaseMs: number }
  | { readonly kind: "drop"; readonly token: string }
  | { readonly kind: "close" };

export interface FromLeaseThread {
  readonly token: string;
  readonly state: "cancel-requested" | "lost";
}

interface Kept {
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly listener: LeaseListener;
}

/**
 * Keeps leases in a thread of its own, so that a job whose code keeps this thread busy for minutes keeps its claim. The
 * thread starts with the first lease, and keeps no process alive.
 */
export class LeaseThread {
  readonly #code: string;
  readonly #data: object;
  readonly #kept = new Map<string, Kept>();
  #worker: Worker | undefined;

  /**
   * @param code the thread's program, in CommonJS: text, so that it is the same whether this package runs from its sources,
   * built, or bundled into one file.
   * @param data what it finds as its `workerData`.
   */
  constructor(code: string, data: object) {
    this.#code = code;
    this.#data = data;
  }

  keep(lease: Lease, leaseMs: number, listener: LeaseListener): () => void {
    this.#kept.set(lease.token, { lease, leaseMs, listener });
    this.#post({ kind: "keep", ...lease, leaseMs });
    return () => {
      if (this.#kept.delete(lease.token)) this.#post({ kind: "drop", token: lease.token });
    };
  }

  async close(): Promise<void> {
    this.#kept.clear();
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
    for (const { lease, leaseMs } of this.#kept.values()) this.#post({ kind: "keep", ...lease, leaseMs });
  }

  #hear({ token, state }: FromLeaseThread): void {
    const kept = this.#kept.get(token);
    if (kept === undefined) return;
    if (state === "cancel-requested") {
      kept.listener.onCancelRequested();
      return;
    }
    this.#kept.delete(token);
    kept.listener.onLost();
  }
}
