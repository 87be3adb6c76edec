import { createHash } from "node:crypto";
import { SpawnError } from "@spawn/foundation";

/** S3's limit; the folder store keeps to it, so that what fits into one store fits into the other. */
const LONGEST_KEY_BYTES = 1024;
const LONGEST_SEGMENT_BYTES = 255;

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Names directly below `<queue_id>/` that are not jobs; no job may be called so (ignoring case). */
export const RESERVED_JOB_NAMES = [
  "queue.json",
  "status.json",
  "journal",
  "requests",
  "workdir.tar.gz",
  "instance.json",
  "launch.json",
  "host-keys.txt",
] as const;

export interface QueueKeys {
  readonly folder: string;
  /** The object whose exclusive creation claims the id. Begins with a dot, as no job id does. */
  readonly claim: string;
  /**
   * The object whose exclusive creation lets one instance, and no other, go on with the queue after its `epoch`-th runner.
   * `attempt` counts from 1: who took it and never began is passed over in the end.
   */
  readonly takeoversFolder: string;
  takeover(epoch: number, attempt: number): string;
  /** The objects whose exclusive creation lets one launch, and no other, put the queue on its `generation`-th instance. */
  readonly launchesFolder: string;
  launchClaim(generation: number): string;
  readonly queueFile: string;
  readonly status: string;
  readonly journalFolder: string;
  /** What is asked of the queue's runner: `<id>.json` each. */
  readonly requestsFolder: string;
  /** The work folder that was shipped with the queue. */
  readonly workdir: string;
  /** What is known of the instance that the queue is on, without any secret. */
  readonly instance: string;
  /** What its newest launch asked for, written before there is an instance; without any secret. */
  readonly launch: string;
  /** The public host keys of that instance's ssh server. */
  readonly hostKeys: string;
  journal(name: string): string;
}

/** The keys of one queue, for a valid queue id. */
export function queueKeys(queueId: string): QueueKeys {
  const folder = `${checkId(queueId, "queue id")}/`;
  return {
    folder,
    claim: `${folder}.claim`,
    takeoversFolder: `${folder}.takeovers/`,
    takeover: (epoch, attempt) => `${folder}.takeovers/${epoch}-${attempt}`,
    launchesFolder: `${folder}.launches/`,
    launchClaim: (generation) => `${folder}.launches/${generation}`,
    queueFile: `${folder}queue.json`,
    status: `${folder}status.json`,
    journalFolder: `${folder}journal/`,
    requestsFolder: `${folder}requests/`,
    workdir: `${folder}workdir.tar.gz`,
    instance: `${folder}instance.json`,
    launch: `${folder}launch.json`,
    hostKeys: `${folder}host-keys.txt`,
    journal: (name) => `${folder}journal/${name}`,
  };
}

export interface AttemptKeys {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: string;
}

/** `stdout.log`, `stderr.log` and `exit_code` are those of the last finished attempt; `merged.log` covers all of them. */
export interface JobKeys extends AttemptKeys {
  readonly folder: string;
  readonly merged: string;
  readonly metadata: string;
  readonly manifest: string;
  /** While no manifest vouches for the job: where its result files belong. */
  readonly provisional: string;
  readonly resultsFolder: string;
  readonly attemptsFolder: string;
  /** Where the result file of this name is stored. */
  result(name: string): string;
  attempt(attempt: number): AttemptKeys;
}

/** The keys of one job, for valid ids. */
export function jobKeys(queueId: string, job: string): JobKeys {
  const folder = `${queueKeys(queueId).folder}${checkId(job, "job id")}/`;
  const attemptKeys = (below: string): AttemptKeys => ({
    stdout: `${below}stdout.log`,
    stderr: `${below}stderr.log`,
    exitCode: `${below}exit_code`,
  });
  return {
    folder,
    ...attemptKeys(folder),
    merged: `${folder}merged.log`,
    metadata: `${folder}metadata.json`,
    manifest: `${folder}manifest.json`,
    provisional: `${folder}provisional.json`,
    resultsFolder: `${folder}results/`,
    attemptsFolder: `${folder}attempts/`,
    result: (name) => resultKey(`${folder}results/`, name),
    attempt: (attempt) => attemptKeys(`${folder}attempts/${attempt}/`),
  };
}

/**
 * File names may hold what keys may not. Control characters, backslashes and `%` are percent-encoded; a name that is
 * too long for a key is replaced by its hash. Different names give different keys: encoding leaves no bare `%`, so that
 * `%long/` is nobody's name.
 */
function resultKey(resultsFolder: string, name: string): string {
  const encoded = name.replace(/[\u0000-\u001f\u007f\\%]/g, percentEncode);
  const key = `${resultsFolder}${encoded}`;
  if (keyProblem(key) === undefined) return key;
  return `${resultsFolder}%long/${createHash("sha256").update(name).digest("hex")}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Whether a text may be a queue id or a job id. */
export function isStoreId(text: string): boolean {
  return ID.test(text);
}

function checkId(id: string, what: string): string {
  if (isStoreId(id)) return id;
  throw new SpawnError("bad-arguments", `${JSON.stringify(id)} cannot be a ${what}`, {
    hint: "Letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 128.",
  });
}

/**
 * Refuses what could leave the store, or what one of the stores cannot hold.
 *
 * @throws SpawnError `bad-arguments`.
 */
export function checkKey(key: string): void {
  const problem = keyProblem(key);
  if (problem !== undefined) {
    throw new SpawnError(
      "bad-arguments",
      `${JSON.stringify(key)} cannot be a key of a result store: ${problem}`,
    );
  }
}

/** As `checkKey`, for a folder: `""` or a key with a slash after it. */
export function checkFolder(folder: string): void {
  if (folder === "") return;
  if (!folder.endsWith("/")) {
    throw new SpawnError(
      "bad-arguments",
      `${JSON.stringify(folder)} is no folder of a result store: no '/' at its end`,
    );
  }
  checkKey(folder.slice(0, -1));
}

function keyProblem(key: string): string | undefined {
  if (key.startsWith("/")) return "it is absolute";
  if (/[\u0000-\u001f\u007f\\]/.test(key)) return "it holds a control character or a backslash";
  if (key.startsWith(".")) return "it begins with a dot";
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) return `it is longer than ${LONGEST_KEY_BYTES} bytes`;
  for (const segment of key.split("/")) {
    if (segment === "" || segment === "." || segment === "..") return "a part of it is empty, '.' or '..'";
    if (segment.length > LONGEST_SEGMENT_BYTES / 3 && Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES) {
      return `a part of it is longer than ${LONGEST_SEGMENT_BYTES} bytes`;
    }
  }
  return undefined;
}
