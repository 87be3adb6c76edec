import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueueOutcome } from "@spawn/dag-core";
import type { JournalEvent } from "@spawn/status-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PendingEvent } from "./queue-run.js";
import { eventsOf, type Onlooker, prepareFolder, runToEnd, runUntil } from "./testing/mortal-runner.js";

const LONG = process.env.SPAWN_LONG === "1";
/** More than any of these runs writes. */
const MOST_RECORDS = 60;

/** Begins, says so by a mark, and stays until it is let go. */
const stays = "echo $$ >> marks/$JOB_ID.$JOB_ATTEMPT; [ -e go ] || exec sleep 600";
const ends = "echo $$ >> marks/$JOB_ID.$JOB_ATTEMPT";

const QUEUE = {
  queue_id: "test",
  max_parallel: 2,
  jobs: [
    { job_id: "done", command: ends },
    { job_id: "one", command: stays, depends_on: ["done"] },
    { job_id: "two", command: stays, depends_on: ["done"] },
    { job_id: "after", command: ends, depends_on: ["one", "two"] },
    { job_id: "cleanup", command: ends, always_run: true },
  ],
};

let parent: string;
let folders = 0;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "spawn-stop-"));
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

const starts = (event: JournalEvent): boolean => event.type === "attempt-starting" && event.job === "two";

/** Asks once for what is asked for, as a request that lies there until it is in the journal. */
function asking(folder: string, event: PendingEvent["event"]): Onlooker {
  let asked = false;
  return (told, run) => {
    asked ||= told.type === event.type;
    const under = starts(told) || eventsOf(folder).some(starts);
    if (asked || !under) return;
    asked = eventsOf(folder).some(({ type }) => type === event.type);
    if (!asked) run.inbox.put({ event });
    asked = true;
  };
}

function letGo(folder: string): void {
  writeFileSync(join(folder, "go"), "");
}

/** `one=cancelled`, … in the order of the jobs; attempts that never began are left out. */
function endsIn(folder: string): readonly string[] {
  return eventsOf(folder)
    .flatMap((event) => {
      if (event.type !== "attempt-ended" || event.outcome.reason === "never-started") return [];
      const { job, outcome } = event;
      return [`${job}=${outcome.reason === "exit" ? outcome.exitCode : outcome.reason}`];
    })
    .toSorted();
}

/** Every mark is of one command, and every command that began has an end. */
function expectAccounted(folder: string): void {
  const begun = eventsOf(folder).flatMap((event) =>
    event.type === "attempt-ended" && event.outcome.reason !== "never-started"
      ? [`${event.job}.${event.attempt}`]
      : [],
  );
  const marks = readdirSync(join(folder, "marks"));
  // A command may be stopped before its mark is made, or written.
  for (const mark of marks) {
    expect(begun).toContain(mark);
    expect(readFileSync(join(folder, "marks", mark), "utf8").split("\n"), mark).not.toHaveLength(3);
  }
  expect(new Set(begun).size).toBe(begun.length);
}

async function sweep(
  event: PendingEvent["event"],
  finish: (folder: string, outcome: QueueOutcome) => Promise<void>,
): Promise<void> {
  let deaths = 0;
  for (const effects of ["undone", "done"] as const) {
    let record = 2;
    for (; record < MOST_RECORDS; record += LONG ? 1 : 3) {
      folders += 1;
      const folder = prepareFolder(join(parent, String(folders)), QUEUE);
      const died = await runUntil(folder, { record, effects }, asking(folder, event));
      if (eventsOf(folder).some(({ type }) => type === "queue-finished")) letGo(folder);
      try {
        await finish(folder, await runToEnd(folder, asking(folder, event)));
      } catch (cause) {
        throw new Error(`after record ${record} with what follows ${effects}`, { cause });
      }
      if (!died) break;
      deaths += 1;
    }
    expect(record).toBeGreaterThan(8);
  }
  console.log(`${event.type}: ${deaths} places of death`);
}

describe("a runner that dies after any record", () => {
  it(
    "of a queue that is cancelled leaves the cancel to the next, and the cleanup",
    async () => {
      await sweep({ type: "cancel-requested", force: false }, async (folder, outcome) => {
        expect(outcome).toEqual({ state: "cancelled", reason: "cancelled" });
        const told = endsIn(folder);
        expect(told.filter((end) => /^(?:done|cleanup)=0$/.test(end))).toHaveLength(2);
        expect(told.filter((end) => !/=(?:0|cancelled)$/.test(end))).toEqual([]);
        expectAccounted(folder);
      });
    },
    LONG ? 300_000 : 60_000,
  );

  it(
    "of a queue that is interrupted leaves it resumable, and a resume completes it",
    async () => {
      await sweep({ type: "interrupt-requested", cause: "shutdown" }, async (folder, outcome) => {
        letGo(folder);
        const last = outcome.state === "interrupted" ? await runToEnd(folder) : outcome;
        expect(last).toEqual({ state: "completed", reason: "completed" });
        const told = endsIn(folder).filter((end) => !end.endsWith("=interrupted"));
        expect(told).toEqual(["after=0", "cleanup=0", "done=0", "one=0", "two=0"]);
        expectAccounted(folder);
      });
    },
    LONG ? 300_000 : 60_000,
  );
});
