import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type InstanceLayout, instanceLayout, processGroups } from "@spawn/attempt-runner";
import type { QueueOutcome } from "@spawn/dag-core";
import { seededRandom, systemClock } from "@spawn/foundation";
import { folderStore, type ResultStore } from "@spawn/result-store";
import { decodeJournal, type JournalEvent } from "@spawn/status-model";
import { bringQueue } from "../moving/bring-queue.js";
import { type OpenQueueRunOptions, openQueueRun } from "../open-queue-run.js";
import type { PendingEvent, QueueRun } from "../queue-run.js";
import { runQueue } from "../run-queue.js";

/** The last record that a runner wrote, counted from its first, and whether it did what follows from it. */
export interface Fate {
  readonly record: number;
  readonly effects: "done" | "undone";
}

/** What to do with a queue from outside; told the last record there is when a runner begins, and each one after it. */
export type Onlooker = (event: JournalEvent, run: QueueRun) => void;

/** The end of a runner, where a test wants it. */
class Death extends Error {}

/** A folder that holds an instance, its store and the work folder `marks/` of its jobs. */
export function prepareFolder(folder: string, queue: object): string {
  const layout = layoutOf(folder);
  mkdirSync(join(folder, "marks"), { recursive: true });
  mkdirSync(layout.state, { recursive: true });
  writeFileSync(layout.queueFile, JSON.stringify(queue));
  return folder;
}

export function layoutOf(folder: string): InstanceLayout {
  return instanceLayout(join(folder, "instance"));
}

export function eventsOf(folder: string): readonly JournalEvent[] {
  const { records } = decodeJournal(readFileSync(layoutOf(folder).journal));
  return records.flatMap(({ event }) => (event.type === "unknown" ? [] : [event]));
}

/** Runs a queue on from where it stands to its end. */
export async function runToEnd(folder: string, onlooker: Onlooker = () => undefined): Promise<QueueOutcome> {
  const run = open(folder, folderStore(join(folder, "store")));
  watch(folder, run, onlooker);
  try {
    const over = isOver(run);
    if (over === undefined) return await runQueue(run, beginning(run));
    await run.parts.journal.sync();
    return over;
  } finally {
    run.close();
  }
}

/** Runs until its fate, and does nothing more from then on. @returns whether it met its fate before the end. */
export async function runUntil(
  folder: string,
  { record, effects }: Fate,
  onlooker: Onlooker = () => undefined,
): Promise<boolean> {
  let dead = false;
  const store = folderStore(join(folder, "store"));
  const mortalStore = new Proxy(store, {
    get(target, name) {
      if (dead) throw new Death("a dead runner stores nothing");
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const run = open(folder, mortalStore);
  const { journal } = run.parts;
  const { append, sync } = journal;
  let appended = 0;
  journal.append = (event, at) => {
    appended += 1;
    return appended > record ? { seq: 0, at, event } : append.call(journal, event, at);
  };
  journal.sync = async () => {
    await sync.call(journal);
    if (effects === "undone" ? appended < record : appended <= record) return;
    dead = true;
    // Its processes are those of this test and end in it; a dead runner would not take their output.
    run.logs.finish = () => new Promise(() => undefined);
    throw new Death();
  };
  watch(folder, run, onlooker);
  try {
    await runQueue(run, beginning(run));
  } catch (error) {
    if (!(error instanceof Death)) throw error;
  } finally {
    run.close();
  }
  return dead;
}

function open(folder: string, store: ResultStore): QueueRun {
  return openQueueRun(instanceIn(folder, store));
}

export function instanceIn(
  folder: string,
  store: ResultStore = folderStore(join(folder, "store")),
): OpenQueueRunOptions {
  return {
    root: layoutOf(folder).root,
    instanceId: instanceIdOf(folder),
    workingDirectory: folder,
    store,
    containment: processGroups(),
    machine: { cpus: 2, memoryBytes: 8e9, gpus: [] },
    environment: { PATH: process.env.PATH },
    carried: [],
    clock: systemClock(),
    random: seededRandom(1),
  };
}

/** Of its own: attempts are found by it. A copy of a folder is the same instance. */
function instanceIdOf(folder: string): string {
  const created = existsSync(layoutOf(folder).journal) ? eventsOf(folder) : [];
  const known = created.findLast(({ type }) => type === "queue-created" || type === "instance-changed");
  const isBrought = existsSync(layoutOf(folder).brought);
  if (!isBrought && known !== undefined && "instanceId" in known) return known.instanceId;
  return `local-${process.pid}-${basename(folder)}`;
}

/** What the store would have if the runner had published its state just before it died; `cut`: some records before. */
export function publishJournal(folder: string, queueId: string, cut = 0): void {
  const lines = readFileSync(layoutOf(folder).journal, "utf8").split(/(?<=\n)/);
  const target = join(folder, "store", queueId, "journal");
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "000001.jsonl"), lines.slice(0, lines.length - cut).join(""));
}

/** Brings a queue of which only the store is left to a new instance, in a folder of its own. */
export async function moveTo(folder: string, store: string): Promise<void> {
  cpSync(store, join(folder, "store"), { recursive: true });
  await bringQueue({
    root: layoutOf(folder).root,
    instanceId: instanceIdOf(folder),
    workingDirectory: folder,
    store: folderStore(join(folder, "store")),
    trustCompleted: false,
    wallMs: () => Date.now(),
  });
}

function watch(folder: string, run: QueueRun, onlooker: Onlooker): void {
  const last = eventsOf(folder).at(-1);
  if (last !== undefined) onlooker(last, run);
  const { journal } = run.parts;
  const { append } = journal;
  journal.append = (event, at) => {
    const record = append.call(journal, event, at);
    onlooker(event, run);
    return record;
  };
}

function isOver({ parts }: QueueRun): QueueOutcome | undefined {
  const { finished } = parts.fold;
  return finished?.state === "interrupted" ? undefined : finished;
}

/** What the runner's session says first of a queue that is not over. */
function beginning(run: QueueRun): readonly PendingEvent[] {
  const { fold } = run.parts;
  if (fold.started === undefined) return [{ event: { type: "queue-started" } }];
  if (fold.finished === undefined) return [];
  const jobs = run.jobsAgain(fold.finished.state === "interrupted" ? [] : run.resumedJobs([]));
  return [{ event: jobs.length === 0 ? { type: "queue-continued" } : { type: "queue-resumed", jobs } }];
}
