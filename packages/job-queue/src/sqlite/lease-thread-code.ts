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
 * The program of the thread that renews leases. It renews each lease three times in its length, and looks for a wish to
 * cancel each second. A renewal need not survive a power cut, which ends all leases anyway, so it waits for no disk.
 */
export const LEASE_THREAD_CODE = `
"use strict";
const { readFileSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
const Database = require(workerData.sqlite);

const LOOK_EVERY_MS = 1000;
const database = new Database(workerData.path, { timeout: 1000, fileMustExist: true });
database.pragma("synchronous = normal");
const renew = database.prepare(
  "UPDATE jobs SET lease_expires_ms = ? WHERE job_id = ? AND lease_token = ? RETURNING cancel_requested");
const look = database.prepare("SELECT cancel_requested FROM jobs WHERE job_id = ? AND lease_token = ?");
const held = new Map();
let timer;
parentPort.postMessage({ kind: "up" });

function nowMs() {
  if (!workerData.bootClock) return Date.now();
  return Math.round(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 1000);
}

function check(lease) {
  const now = nowMs();
  const isDue = now - lease.renewedAt >= lease.leaseMs / 3 - lease.everyMs / 2;
  const row = isDue
    ? renew.get(now + lease.leaseMs, lease.jobId, lease.token)
    : look.get(lease.jobId, lease.token);
  if (isDue) lease.renewedAt = now;
  if (row === undefined) {
    held.delete(lease.token);
    parentPort.postMessage({ kind: "state", token: lease.token, state: "lost" });
  } else if (row.cancel_requested === 1 && !lease.told) {
    lease.told = true;
    parentPort.postMessage({ kind: "state", token: lease.token, state: "cancel-requested" });
  }
}

function tick() {
  for (const lease of [...held.values()]) {
    try {
      check(lease);
    } catch {
      // The database is busy or the disk is full: the lease holds until it ends, and the next look may succeed.
    }
  }
  arm();
}

function arm() {
  clearTimeout(timer);
  if (held.size === 0) return;
  timer = setTimeout(tick, Math.min(...[...held.values()].map((lease) => lease.everyMs)));
}

parentPort.on("message", (message) => {
  if (message.kind === "close") {
    clearTimeout(timer);
    database.close();
    parentPort.close();
    return;
  }
  if (message.kind === "drop") {
    held.delete(message.token);
  } else {
    const { jobId, token, leaseMs } = message;
    held.set(token, {
      jobId, token, leaseMs, told: false, renewedAt: nowMs(), everyMs: Math.min(LOOK_EVERY_MS, leaseMs / 6),
    });
  }
  arm();
});
`;
