import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch } from "node:fs";
import { join } from "node:path";
import { type Clock, errnoOf, explainFileError } from "@spawn/foundation";
import { machineClock } from "../machine-clock.js";
import { parseRequest, REQUEST_SUFFIX, REQUESTS_FOLDER, type RunnerRequest } from "./request.js";

export type RequestEvent =
  /** `done` removes it: to be called once it is journaled. Until then every new watch delivers it again. */
  | {
      readonly type: "request";
      readonly id: string;
      readonly request: RunnerRequest;
      readonly done: () => void;
    }
  /** Not a request; it was moved aside, to `path`. */
  | { readonly type: "rejected"; readonly id: string; readonly problem: string; readonly path: string };

export interface WatchRequestsOptions {
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** For file systems and moments at which a change is not told. */
const POLL_INTERVAL_MS = 2_000;

/**
 * Delivers the requests of a queue's folder, each once, in the order of their ids: those that are there before it
 * returns, the others as they come.
 *
 * @throws SpawnError `permission-denied` or `no-space`, at the start only.
 */
export function watchRequests(
  folder: string,
  onEvent: (event: RequestEvent) => void,
  { signal, clock = machineClock }: WatchRequestsOptions,
): void {
  const requests = join(folder, REQUESTS_FOLDER);
  try {
    mkdirSync(requests, { recursive: true });
  } catch (error) {
    throw explainFileError(error, "cannot watch for requests", requests);
  }
  const delivered = new Set<string>();
  const look = (): void => {
    if (!signal.aborted) deliver(requests, delivered, onEvent);
  };
  watchFolder(requests, signal, look);
  pollEvery(POLL_INTERVAL_MS, { signal, clock }, look);
  look();
}

function deliver(requests: string, delivered: Set<string>, onEvent: (event: RequestEvent) => void): void {
  for (const name of namesIn(requests)) {
    const id = name.slice(0, -REQUEST_SUFFIX.length);
    if (delivered.has(id)) continue;
    const path = join(requests, name);
    const request = readRequest(path);
    if (request === undefined) continue;
    if (typeof request === "string") {
      const aside = join(requests, `${id}.rejected`);
      renameSync(path, aside);
      onEvent({ type: "rejected", id, problem: request, path: aside });
    } else {
      delivered.add(id);
      onEvent({ type: "request", id, request, done: () => rmSync(path, { force: true }) });
    }
  }
}

/** @returns a text where it is no request, `undefined` where it has been taken back. */
function readRequest(path: string): RunnerRequest | string | undefined {
  try {
    return parseRequest(readFileSync(path, "utf8"));
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return code === "ENOENT" ? undefined : `cannot be read (${code})`;
  }
}

function namesIn(requests: string): string[] {
  try {
    return readdirSync(requests)
      .filter((name) => name.endsWith(REQUEST_SUFFIX) && !name.startsWith("."))
      .sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

function watchFolder(requests: string, signal: AbortSignal, look: () => void): void {
  try {
    const watcher = watch(requests, { signal }, look);
    watcher.on("error", () => watcher.close());
  } catch {
    // No watches left on this machine, or none on this file system: the poll finds them, later.
  }
}

function pollEvery(
  intervalMs: number,
  { signal, clock }: Required<WatchRequestsOptions>,
  look: () => void,
): void {
  let disarm = (): void => {};
  const arm = (): void => {
    disarm = clock.wakeAt(clock.bootMs() + intervalMs, () => {
      look();
      if (!signal.aborted) arm();
    });
  };
  if (signal.aborted) return;
  arm();
  signal.addEventListener("abort", () => disarm(), { once: true });
}
