import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Lease, LeaseListener } from "../job-store.js";
import {
  type FromLeaseThread,
  LEASE_THREAD_CODE,
  type LeaseThreadData,
  type ToLeaseThread,
} from "./lease-thread-code.js";

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
  readonly #data: LeaseThreadData;
  readonly #kept = new Map<string, Kept>();
  #worker: Worker | undefined;

  constructor(path: string, bootClock: boolean) {
    this.#data = { sqlite: createRequire(import.meta.url).resolve("better-sqlite3"), path, bootClock };
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
    const worker = new Worker(LEASE_THREAD_CODE, { eval: true, workerData: this.#data, execArgv: [] });
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
