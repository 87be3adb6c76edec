import { createRequire } from "node:module";
import { CONNECTION } from "./connect.js";
import { RENEW } from "./leases.js";

/** What the thread is started with. */
export function leaseThreadData(url: string, prefix: string): object {
  const { retryStrategy: _notForThreads, ...connection } = CONNECTION;
  return { redis: createRequire(import.meta.url).resolve("ioredis"), url, prefix, connection, renew: RENEW };
}

/** The program of the thread that renews leases: each once a second, or three times in its length if that is sooner. */
export const LEASE_THREAD_CODE = `
"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { Redis } = require(workerData.redis);

const RENEW_EVERY_MS = 1000;
const { url, prefix, connection, renew } = workerData;
const client = new Redis(url, { ...connection, connectionName: "spawn-leases", retryStrategy: () => RENEW_EVERY_MS / 4 });
client.on("error", () => {});
client.once("ready", () => parentPort.postMessage({ kind: "up" }));
const held = new Map();
let timer;

async function run({ jobId, token, leaseMs }) {
  try {
    return await client.evalsha(renew.sha, 1, prefix, jobId, token, leaseMs);
  } catch (error) {
    if (!error.message.startsWith("NOSCRIPT")) throw error;
    return client.eval(renew.lua, 1, prefix, jobId, token, leaseMs);
  }
}

async function check(lease) {
  lease.renewAt = performance.now() + everyMs(lease);
  let state;
  try {
    state = await run(lease);
  } catch {
    // The server is away: the lease holds until it ends, and the next renewal may succeed.
    return;
  }
  if (held.get(lease.token) !== lease) return;
  if (state === "lost") {
    held.delete(lease.token);
    parentPort.postMessage({ kind: "state", token: lease.token, state });
  } else if (state === "cancel-requested" && !lease.told) {
    lease.told = true;
    parentPort.postMessage({ kind: "state", token: lease.token, state });
  }
}

function everyMs({ leaseMs }) {
  return Math.min(RENEW_EVERY_MS, leaseMs / 3);
}

async function tick() {
  const now = performance.now();
  await Promise.all([...held.values()].filter(({ renewAt }) => renewAt <= now).map(check));
  arm();
}

// By moments, not by durations: jobs that come and go must not put off the renewal of one that stays.
function arm() {
  clearTimeout(timer);
  if (held.size === 0) return;
  const next = Math.min(...[...held.values()].map(({ renewAt }) => renewAt));
  timer = setTimeout(tick, Math.max(0, next - performance.now()));
}

parentPort.on("message", (message) => {
  if (message.kind === "close") {
    clearTimeout(timer);
    held.clear();
    client.disconnect();
    parentPort.close();
    return;
  }
  for (const token of message.dropped) held.delete(token);
  if (message.kind === "keep") {
    const { jobId, token, leaseMs, isLate } = message;
    const renewAt = performance.now() + (isLate ? 0 : everyMs(message));
    held.set(token, { jobId, token, leaseMs, told: false, renewAt });
  }
  arm();
});
`;
