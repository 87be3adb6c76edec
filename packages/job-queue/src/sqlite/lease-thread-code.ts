import { createRequire } from "node:module";

/**
 * What the thread is started with.
 *
 * @param bootClock whether leases are on the boot clock; else they are on the wall clock.
 */
export function leaseThreadData(path: string, bootClock: boolean): object {
  return { sqlite: createRequire(import.meta.url).resolve("better-sqlite3"), path, bootClock };
}

/**
 * The program of the thread that renews leases: each after a third of its length. It looks for a wish to cancel each second.
 * A renewal need not survive a power cut, which ends all leases anyway, so it waits for no disk.
 *
 * SQLite has no line of those who want to write: whoever waits looks again after longer and longer pauses, up to 100 ms, and
 * among busy writers finds the database free once in a second or two. So here it is tried each millisecond.
 */
export const LEASE_THREAD_CODE = `
"use strict";
const { readFileSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
const Database = require(workerData.sqlite);

const LOOK_EVERY_MS = 1000;
const BUSY_PAUSE_MS = 1;
const FAILURE_PAUSE_MS = 200;
const database = new Database(workerData.path, { timeout: 1000, fileMustExist: true });
database.pragma("synchronous = normal");
const renew = database.prepare(
  "UPDATE jobs SET lease_expires_ms = ? WHERE job_id = ? AND lease_token = ? RETURNING cancel_requested");
const look = database.prepare("SELECT cancel_requested FROM jobs WHERE job_id = ? AND lease_token = ?");
const renewAll = database.transaction((leases, now) =>
  leases.map((lease) => renew.get(now + lease.leaseMs, lease.jobId, lease.token)));
database.pragma("busy_timeout = 0");
const held = new Map();
let timer;
let lookAt = 0;
// On the monotonic clock: the boot clock is read in steps of ten milliseconds.
let tryAgainAt = 0;
parentPort.postMessage({ kind: "up" });

function nowMs() {
  if (!workerData.bootClock) return Date.now();
  return Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
}

function hear(lease, row) {
  if (row === undefined) {
    held.delete(lease.token);
    parentPort.postMessage({ kind: "state", token: lease.token, state: "lost" });
  } else if (row.cancel_requested === 1 && !lease.told) {
    lease.told = true;
    parentPort.postMessage({ kind: "state", token: lease.token, state: "cancel-requested" });
  }
}

function check(leases, now) {
  const due = leases.filter((lease) => lease.renewAt <= now);
  if (due.length > 0) {
    // Who has the database for one renews all.
    const rows = renewAll.immediate(leases, now);
    for (const [at, lease] of leases.entries()) {
      lease.renewAt = now + lease.leaseMs / 3;
      hear(lease, rows[at]);
    }
    return;
  }
  for (const lease of leases) hear(lease, look.get(lease.jobId, lease.token));
}

function tick() {
  const now = nowMs();
  lookAt = now + LOOK_EVERY_MS;
  try {
    check([...held.values()], now);
  } catch (error) {
    // Somebody is writing, or the disk is full: the lease holds until it ends, and longer when nobody takes the job.
    const isBusy = String(error.code).startsWith("SQLITE_BUSY");
    tryAgainAt = performance.now() + (isBusy ? BUSY_PAUSE_MS : FAILURE_PAUSE_MS);
  }
  arm();
}

// By moments, not by durations: jobs that come and go must not put off the renewal of one that stays.
function arm() {
  clearTimeout(timer);
  if (held.size === 0) return;
  const next = Math.min(lookAt, ...[...held.values()].map((lease) => lease.renewAt));
  timer = setTimeout(tick, Math.max(0, next - nowMs(), tryAgainAt - performance.now()));
}

parentPort.on("message", (message) => {
  if (message.kind === "close") {
    clearTimeout(timer);
    database.close();
    parentPort.close();
    return;
  }
  for (const token of message.dropped) held.delete(token);
  if (message.kind === "keep") {
    const { jobId, token, leaseMs, isLate } = message;
    const now = nowMs();
    if (held.size === 0) lookAt = now + LOOK_EVERY_MS;
    held.set(token, { jobId, token, leaseMs, told: false, renewAt: isLate ? now : now + leaseMs / 3 });
  }
  arm();
});
`;
