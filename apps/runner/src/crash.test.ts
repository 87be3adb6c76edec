import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueueOutcome } from "@spawn/dag-core";
import { systemClock } from "@spawn/foundation";
import { decodeJournal } from "@spawn/status-model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "./open-journal.js";
import { eventsOf, layoutOf, prepareFolder, runToEnd, runUntil } from "./testing/mortal-runner.js";

const LONG = process.env.SPAWN_LONG === "1";
/** Between two cuts, in bytes. */
const CUT_STEP = LONG ? 1 : 7;

/** Says by a mark that it began, and prints; then `rest`. */
const noted = (rest: string): string =>
  `echo $$ >> marks/$JOB_ID.$JOB_ATTEMPT; echo "$JOB_ID $JOB_ATTEMPT"; ${rest}`;

const QUEUE = {
  queue_id: "test",
  on_failure: "continue",
  jobs: [
    { job_id: "first", command: noted("true") },
    {
      job_id: "flaky",
      command: noted("set -- marks/flaky.*; [ $# -ge 2 ] || exit 9"),
      depends_on: ["first"],
      retry_count: 2,
      retry_delay: "1ms",
    },
    { job_id: "bad", command: noted("exit 3"), depends_on: ["first"], on_failure: "mend" },
    { job_id: "mend", command: noted("true") },
    { job_id: "never", command: noted("true"), depends_on: ["bad"] },
    { job_id: "last", command: noted("true"), depends_on: ["flaky"] },
    { job_id: "cleanup", command: noted("true"), always_run: true },
  ],
};

/** How the attempts of each job end, those that never began left out. */
const UNDISTURBED = {
  first: [0],
  flaky: [9, 0],
  bad: [3],
  mend: [0],
  never: [],
  last: [0],
  cleanup: [0],
};

let parent: string;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "spawn-crash-"));
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

let folders = 0;

function newFolder(): string {
  folders += 1;
  return prepareFolder(join(parent, String(folders)), QUEUE);
}

/** Ends by job, once every attempt that was announced was found to have ended once, and its command to have begun once. */
function endsOf(folder: string): Readonly<Record<string, readonly unknown[]>> {
  const ends: Record<string, unknown[]> = Object.fromEntries(QUEUE.jobs.map(({ job_id }) => [job_id, []]));
  const marks = new Set(readdirSync(join(folder, "marks")));
  for (const event of eventsOf(folder)) {
    if (event.type !== "attempt-ended") continue;
    const { job, attempt, outcome } = event;
    const mark = `${job}.${attempt}`;
    if (outcome.reason === "never-started") {
      expect(marks, `${mark} never began`).not.toContain(mark);
      continue;
    }
    expect(readFileSync(join(folder, "marks", mark), "utf8").split("\n"), `${mark} began`).toHaveLength(2);
    marks.delete(mark);
    ends[job]?.push(outcome.reason === "exit" ? outcome.exitCode : outcome);
    const stored = readFileSync(
      join(folder, "store/test", job, "attempts", String(attempt), "stdout.log"),
      "utf8",
    );
    expect(stored).toBe(`${job} ${attempt}\n`);
  }
  expect([...marks], "commands that nobody accounts for").toEqual([]);
  return ends;
}

async function expectUndisturbed(folder: string, outcome: QueueOutcome): Promise<void> {
  expect(outcome).toEqual({ state: "failed", reason: "job-failed" });
  expect(endsOf(folder)).toEqual(UNDISTURBED);
  const told = eventsOf(folder).filter(({ type }) => type === "queue-finished" || type === "queue-started");
  expect(told.map(({ type }) => type)).toEqual(["queue-started", "queue-finished"]);
  const lines = readFileSync(join(folder, "store/test/flaky/merged.log"), "utf8").split("\n");
  expect(lines).toHaveLength(3);
}

describe("a runner that dies", () => {
  it.each(["undone", "done"] as const)(
    "after any record, with what follows from it %s, leaves all to the next",
    async (effects) => {
      const step = LONG ? 1 : 2;
      let record = effects === "done" ? 1 : 2;
      for (; ; record += step) {
        const folder = newFolder();
        const died = await runUntil(folder, { record, effects });
        try {
          await expectUndisturbed(folder, await runToEnd(folder));
        } catch (cause) {
          throw new Error(`after record ${record} of ${folder}`, { cause });
        }
        if (!died) break;
      }
      console.log(`what follows ${effects}: ${Math.ceil(record / step)} places of death, of ${record}`);
      expect(record).toBeGreaterThan(20);
    },
    LONG ? 300_000 : 30_000,
  );

  it("twice at the same place, and a third time later, leaves all to the next", async () => {
    for (const record of LONG ? [1, 2, 3, 4, 5, 6, 7, 8] : [3, 6]) {
      const folder = newFolder();
      await runUntil(folder, { record, effects: "done" });
      await runUntil(folder, { record: 1, effects: "undone" });
      await runUntil(folder, { record: record + 1, effects: "undone" });
      await expectUndisturbed(folder, await runToEnd(folder));
    }
  });
});

describe("a journal that was cut", () => {
  let whole: string;
  let bytes: Buffer;

  beforeAll(async () => {
    whole = newFolder();
    await expectUndisturbed(whole, await runToEnd(whole));
    bytes = readFileSync(layoutOf(whole).journal);
  });

  it("at any byte has all its complete records, and takes further ones", async () => {
    const all = decodeJournal(bytes).records;
    console.log(`${Math.ceil(bytes.length / CUT_STEP)} cuts of ${bytes.length} bytes`);
    const path = join(parent, "cut.jsonl");
    for (let length = 0; length < bytes.length; length += CUT_STEP) {
      writeFileSync(path, bytes.subarray(0, length));
      const { writer, records: kept } = openJournal(
        { journal: path, journalSegment: (number) => `${path}.${number}` },
        systemClock(),
      );
      expect(kept).toEqual(all.slice(0, kept.length));
      const complete = bytes.subarray(0, length).toString("latin1").split("\n").length - 1;
      expect(kept).toHaveLength(Math.max(0, complete - 1));
      writer.append({ type: "warning", t: 1e9, message: "one more" }, 0);
      await writer.sync();
      writer.close();
      expect(decodeJournal(readFileSync(path)).records).toHaveLength(kept.length + 1);
    }
  });

  it.each([
    ["and what had not begun by then taken back", "taken-back"],
    ["and the attempts' files left as they are", "kept"],
  ] as const)(
    "within any record, %s, goes on to the same end",
    async (_, files) => {
      const ends = [...bytes.toString("latin1").matchAll(/\n/g)].map(({ index }) => index + 1);
      for (let kept = 0; kept < ends.length; kept += LONG ? 1 : 4) {
        const folder = newFolder();
        cpSync(whole, folder, { recursive: true });
        const cut =
          (ends[kept] ?? 0) + Math.floor(((ends[kept + 1] ?? bytes.length) - (ends[kept] ?? 0)) / 2);
        if (files === "kept") truncateSync(layoutOf(folder).journal, cut);
        else rewind(folder, cut);
        try {
          await expectUndisturbed(folder, await runToEnd(folder));
        } catch (cause) {
          throw new Error(`cut after record ${kept}`, { cause });
        }
      }
    },
    LONG ? 300_000 : 30_000,
  );

  /** Cuts the journal, and takes back what had not begun by then. */
  function rewind(folder: string, length: number): void {
    const layout = layoutOf(folder);
    truncateSync(layout.journal, length);
    const announced = new Set(
      eventsOf(folder).flatMap((event) =>
        event.type === "attempt-starting" ? [`${event.job}.${event.attempt}`] : [],
      ),
    );
    const { claim, stdout } = layout.attempt("first", 1);
    for (const place of [join(claim, ".."), join(stdout, ".."), join(folder, "marks")]) {
      for (const name of readdirSync(place)) {
        const of = name.replace(/\.(stdout|stderr)$/, "");
        if (!announced.has(of)) rmSync(join(place, name));
      }
    }
    const stored = new Set(
      eventsOf(folder).flatMap((event) => (event.type === "results-stored" ? [event.job] : [])),
    );
    for (const { job_id } of QUEUE.jobs) {
      if (!stored.has(job_id)) rmSync(join(folder, "store/test", job_id), { recursive: true, force: true });
    }
    rmSync(layout.mergedLogIndex("flaky"), { force: true });
  }
});
