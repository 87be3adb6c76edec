import { join } from "node:path";

/** Where things lie on an instance, below its root: `/` on EC2, the instance's folder for a local one. */
export interface InstanceLayout {
  readonly root: string;
  /** State of the queue: the files below. */
  readonly state: string;
  readonly queueFile: string;
  /** What a resume puts in the queue file's place, until the runner has done so. */
  readonly nextQueueFile: string;
  /** The segment of the journal that is in force. */
  readonly journal: string;
  /** What was brought along, where the queue began on another instance. */
  readonly brought: string;
  readonly requests: string;
  /** Where the attempts' claim files lie, `<job>.<attempt>`. */
  readonly claims: string;
  /** Where the runners' locks lie. */
  readonly lock: string;
  readonly work: string;
  readonly logs: string;
  /** The runner's own log. */
  readonly runnerLog: string;
  /** Holds the id of the job that runs (the latest started); absent when idle. */
  readonly currentJob: string;
  /** Where the journal's `number`-th segment, from 1, lies once another is in force. */
  journalSegment(number: number): string;
  mergedLog(job: string): string;
  /** How far the merged log has come, for the next runner. */
  mergedLogIndex(job: string): string;
  /** Where in the merged log each attempt begins. */
  mergedLogStarts(job: string): string;
  /** Exit code of the last finished attempt. */
  exitFile(job: string): string;
  /** What the job writes its own progress to. */
  progressFile(job: string): string;
  attempt(job: string, attempt: number): AttemptLayout;
  /** All folders that must exist before a runner starts. */
  readonly folders: readonly string[];
}

export interface AttemptLayout {
  readonly claim: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly command: string;
}

export function instanceLayout(root: string): InstanceLayout {
  const state = join(root, "var/lib/spawn-queue");
  const logs = join(root, "var/log/spawn-queue");
  const run = join(root, "var/run/spawn-queue");
  const attempts = join(logs, "attempts");
  const claims = join(state, "claims");
  const progress = join(state, "progress");
  const requests = join(state, "requests");
  const work = join(state, "work");
  const indexes = join(state, "log-index");
  const starts = join(state, "log-starts");
  return {
    root,
    state,
    queueFile: join(state, "queue.json"),
    nextQueueFile: join(state, "queue.next.json"),
    journal: join(state, "journal.jsonl"),
    brought: join(state, "brought.json"),
    requests,
    claims,
    lock: state,
    work,
    logs,
    runnerLog: join(state, "runner.log"),
    currentJob: join(run, "current-job"),
    journalSegment: (number) => join(state, `journal.${number}.jsonl`),
    mergedLog: (job) => join(logs, `${job}.log`),
    mergedLogIndex: (job) => join(indexes, job),
    mergedLogStarts: (job) => join(starts, job),
    exitFile: (job) => join(logs, `${job}.exit`),
    progressFile: (job) => join(progress, job),
    attempt: (job, attempt) => ({
      claim: join(claims, `${job}.${attempt}`),
      stdout: join(attempts, `${job}.${attempt}.stdout`),
      stderr: join(attempts, `${job}.${attempt}.stderr`),
      command: join(claims, `${job}.${attempt}.command`),
    }),
    folders: [state, work, claims, progress, requests, indexes, starts, logs, attempts, run],
  };
}
