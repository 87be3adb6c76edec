import { isDeepStrictEqual } from "node:util";
import { type QueueSpec, toQueueDefinition } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import {
  interruptQueue,
  type JournalEvent,
  type JournalJob,
  type JournalRecord,
  QueueFold,
  type QueueStatus,
  queueStatus,
} from "@spawn/status-model";

/** A queue as it will be once it goes on with another file. */
export interface ChangedQueue {
  readonly fold: QueueFold;
  readonly status: QueueStatus;
  /** Of the jobs that have run and are not what they were: what differs, in words. */
  readonly changed: ReadonlyMap<string, string>;
  /** Jobs that the file had not. */
  readonly added: ReadonlySet<string>;
  /** Jobs that the file no longer has. */
  readonly removed: readonly string[];
  /** Jobs with an attempt that has no recorded end: where it still runs, it is stopped before the file is changed. */
  readonly stopped: readonly string[];
}

/**
 * Looks ahead: the queue of a journal with the definition of another file, as the runner will take it.
 *
 * @param records the whole journal
 * @throws SpawnError `bad-arguments` where the file is of another queue.
 */
export function changeQueue(
  records: readonly JournalRecord[],
  spec: QueueSpec,
  fileName: string,
): ChangedQueue {
  const fold = foldOf(records);
  const before = fold.created;
  if (spec.queueId !== undefined && !isIdOf(spec.queueId, before.queueId)) {
    throw new SpawnError(
      "bad-arguments",
      `${fileName} is the file of ${spec.queueId}, not of ${before.queueId}`,
      {
        hint: "Take its queue_id out, or name the other queue.",
      },
    );
  }
  const { at, t } = fold.latest ?? { at: 0, t: 0 };
  let seq = records.at(-1)?.seq ?? 0;
  const record = (event: JournalEvent): void => {
    seq += 1;
    fold.apply({ seq, at, event });
  };
  const stopped = fold.running;
  if (fold.started === undefined) record({ type: "queue-started", t });
  interruptQueue(fold, t, record);
  const definition = toQueueDefinition(spec, before.maxParallel);
  const old = new Map(before.jobs.map((job) => [job.id, job]));
  record({ type: "queue-changed", t, ...definition });
  const jobs = fold.created.jobs;
  const outdated = new Set(fold.outdatedJobs());
  const changed = jobs.flatMap((job) => {
    const was = old.get(job.id);
    if (was === undefined) return [];
    const differs = differences(was, job);
    if (differs.length === 0 && !outdated.has(job.id)) return [];
    return [[job.id, differs.join(" and ") || "definition"] as const];
  });
  return {
    fold,
    status: queueStatus(fold, { wallMs: at, t, runner: "gone" }),
    changed: new Map(changed),
    added: new Set(jobs.flatMap(({ id }) => (old.has(id) ? [] : [id]))),
    removed: before.jobs.flatMap(({ id }) => (fold.definition(id) === undefined ? [id] : [])),
    stopped,
  };
}

/** Whether a run that asked for `asked` may have got `given`: a taken id gets `-2`, `-3`, … */
function isIdOf(asked: string, given: string): boolean {
  return asked === given || (given.startsWith(asked) && /^-\d+$/.test(given.slice(asked.length)));
}

function foldOf(records: readonly JournalRecord[]): QueueFold {
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  return fold;
}

/** What decides whether a completed job is still good; an environment is known by its digest alone. */
function differences(was: JournalJob, is: JournalJob): readonly string[] {
  const differs = [
    ...(was.command === is.command ? [] : ["command"]),
    ...(isDeepStrictEqual(was.dependsOn.toSorted(), is.dependsOn.toSorted()) ? [] : ["dependencies"]),
  ];
  return differs.length === 0 && was.fingerprint !== is.fingerprint ? ["environment or shell"] : differs;
}
