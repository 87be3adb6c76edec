import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunnerLock } from "@spawn/attempt-runner";
import { jobState } from "@spawn/dag-core";
import { attemptsBegun, folderStore } from "@spawn/result-store";
import { QueueFold } from "@spawn/status-model";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSession } from "../session.js";
import {
  eventsOf,
  instanceIn,
  layoutOf,
  moveTo,
  prepareFolder,
  publishJournal,
  runToEnd,
  runUntil,
} from "../testing/mortal-runner.js";
import { bringQueue } from "./bring-queue.js";
import { claimTakeover, refuseTaken, TAKEOVER_PATIENCE_MS } from "./claim-takeover.js";

/** `data` and `model` declare what they make, `scratch` does not; `model` needs what both left behind. */
const QUEUE = {
  queue_id: "test",
  jobs: [
    {
      job_id: "data",
      command: 'echo "data of $QUEUE_ID" > data.txt; echo made data',
      result_files: ["data.txt"],
    },
    { job_id: "scratch", command: "echo scratch > scratch.txt" },
    {
      job_id: "flaky",
      command: "[ $JOB_ATTEMPT -ge 2 ] || exit 9",
      depends_on: ["data"],
      retry_count: 3,
      retry_delay: "1ms",
    },
    {
      job_id: "model",
      command: "cat data.txt scratch.txt > model.bin",
      depends_on: ["flaky", "scratch"],
      result_files: ["model.bin"],
    },
  ],
};

const MODEL = "data of test\nscratch\n";

let parent: string;
let folders = 0;

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), "spawn-move-"));
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

function newFolder(): string {
  folders += 1;
  return prepareFolder(join(parent, String(folders)), QUEUE);
}

/** Runs until a record, after which all but the store is gone. @returns whether it died before the end. */
async function leave(folder: string, record: number, unpublished = 0): Promise<boolean> {
  const died = await runUntil(folder, { record, effects: "done" });
  publishJournal(folder, "test", unpublished);
  rmSync(join(folder, "instance"), { recursive: true });
  for (const name of ["data.txt", "scratch.txt", "model.bin"]) rmSync(join(folder, name), { force: true });
  return died;
}

/** Attempts by job, of whichever instance; each announced once and ended at most once. */
function attemptsOf(folder: string): Readonly<Record<string, readonly number[]>> {
  const started: Record<string, number[]> = {};
  for (const event of eventsOf(folder)) {
    if (event.type === "attempt-starting") {
      started[event.job] ??= [];
      started[event.job]?.push(event.attempt);
    }
  }
  return started;
}

function foldIn(folder: string): QueueFold {
  const fold = new QueueFold();
  for (const [index, event] of eventsOf(folder).entries()) fold.apply({ seq: index + 1, at: 0, event });
  return fold;
}

/** A runner's whole session. @returns the state in which the queue ended */
async function session(folder: string): Promise<string> {
  const { outcome } = await runSession(
    {
      ...instanceIn(folder),
      resume: false,
      rerun: [],
      watchers: [],
    },
    pino({ level: "silent" }),
  );
  return outcome.state;
}

describe("a queue of which only the store is left", () => {
  it.each([0, 2])(
    "wherever its runner died, %i records after its last word, goes on to the same results",
    async (unpublished) => {
      let moves = 0;
      for (let record = 4; ; record += 1) {
        const folder = newFolder();
        const died = await leave(folder, record, unpublished);
        const isOver = readFileSync(join(folder, "store/test/journal/000001.jsonl"), "utf8").includes(
          '"queue-finished"',
        );
        const next = newFolder();
        await moveTo(next, join(folder, "store"));
        if (!isOver) {
          expect(await runToEnd(next), `record ${record}`).toEqual({
            state: "completed",
            reason: "completed",
          });
          expect(readFileSync(join(next, "store/test/model/results/model.bin"), "utf8")).toBe(MODEL);
          for (const [job, numbers] of Object.entries(attemptsOf(next))) {
            expect(numbers, `${job} after record ${record}`).toEqual(
              [...new Set(numbers)].sort((a, b) => a - b),
            );
          }
          const fold = foldIn(next);
          expect(fold.created.instanceId).toContain(String(folders));
          for (const { id } of fold.created.jobs) {
            expect(jobState(fold.scheduler, id)).toMatchObject({ state: "completed" });
          }
          moves += 1;
        }
        if (!died) break;
      }
      console.log(`moved ${moves} times, ${unpublished} records unpublished`);
      expect(moves).toBeGreaterThan(8);
    },
    60_000,
  );

  it("has its results, its merged logs and the number of its next runner again", async () => {
    const folder = newFolder();
    await leave(folder, 1_000);
    const next = newFolder();
    writeFileSync(join(next, "data.txt"), "mine\n");
    await moveTo(next, join(folder, "store"));
    expect(readFileSync(join(next, "data.txt"), "utf8")).toBe("data of test\n");
    expect(readFileSync(join(next, "data.txt.before-resume"), "utf8")).toBe("mine\n");
    expect(readFileSync(join(next, "model.bin"), "utf8")).toBe(MODEL);
    expect(existsSync(join(next, "scratch.txt"))).toBe(false);
    expect(readFileSync(layoutOf(next).mergedLog("data"), "utf8")).toMatch(/\] made data\n$/);
    expect(readRunnerLock(layoutOf(next).lock)).toMatchObject({ epoch: 1, alive: false });
    expect(readdirSync(next).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("has what a job had made that was cut short, and says so", async () => {
    const folder = newFolder();
    await leave(folder, 12);
    const [store, at] = [join(folder, "store/test/model"), join(folder, "model.bin")];
    mkdirSync(join(store, "results"), { recursive: true });
    writeFileSync(join(store, "results/model.bin"), "half a model");
    mkdirSync(join(store, "attempts/1"), { recursive: true });
    writeFileSync(join(store, "attempts/1/stdout.log"), "");
    const row = (name: string) => ({
      ...{ path: join(folder, name), key: `test/model/results/${name}`, name, mode: "0600" },
    });
    const files = [row("model.bin"), row("not-yet.bin")];
    writeFileSync(join(store, "provisional.json"), JSON.stringify({ schema_version: 1, attempt: 1, files }));
    const next = newFolder();
    await moveTo(next, join(folder, "store"));
    const here = join(next, "model.bin");
    expect(readFileSync(here, "utf8")).toBe("half a model");
    expect(statSync(here).mode & 0o777).toBe(0o600);
    expect(existsSync(at)).toBe(false);
    expect(await session(next)).toBe("completed");
    const said = foldIn(next).warnings.map(({ message }) => message);
    expect(said).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^model goes on from the results of its attempt 1, as stored by .*provisional/),
        "model had results in its attempt 1 that had not reached the store: not-yet.bin",
      ]),
    );
    expect(readFileSync(join(next, "store/test/model/results/model.bin"), "utf8")).toBe(MODEL);
    expect(existsSync(join(next, "store/test/model/provisional.json"))).toBe(false);
  });

  it("goes to one of several instances that ask, and to the same one again", async () => {
    const folder = newFolder();
    await leave(folder, 8);
    const store = folderStore(join(folder, "store"));
    const ask = (instanceId: string, root: string) =>
      bringQueue({
        ...{ root: layoutOf(root).root, instanceId, workingDirectory: root, store },
        ...{ trustCompleted: false, wallMs: () => Date.now() },
      });
    const places = [newFolder(), newFolder(), newFolder()];
    const answers = await Promise.allSettled(places.map((place, index) => ask(`local-${index}`, place)));
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    const refusal = answers.find(({ status }) => status === "rejected");
    expect(refusal).toMatchObject({ reason: { code: "already-running" } });
    const winner = answers.findIndex(({ status }) => status === "fulfilled");
    await ask(`local-${winner}`, newFolder());
  });

  it("goes to the next that asks, when who took it has not begun for ten minutes; the slow one gets nothing", async () => {
    const folder = newFolder();
    await leave(folder, 8);
    const path = join(folder, "store");
    const store = folderStore(path);
    const tenMinutesAgo = Date.now() - TAKEOVER_PATIENCE_MS - 1;
    await claimTakeover(store, {
      queueId: "test",
      epoch: 1,
      instanceId: "local-slow",
      wallMs: tenMinutesAgo,
    });
    const next = newFolder();
    await moveTo(next, path);
    expect(await session(next)).toBe("completed");
    await expect(refuseTaken(store, "test", "local-slow")).resolves.toBeUndefined();
    await expect(refuseTaken(folderStore(join(next, "store")), "test", "local-slow")).rejects.toMatchObject({
      code: "already-running",
    });
  });

  it("is not run by its old runner any more, however often that is started", async () => {
    const folder = newFolder();
    await runUntil(folder, { record: 8, effects: "done" });
    const store = folderStore(join(folder, "store"));
    await claimTakeover(store, { queueId: "test", epoch: 1, instanceId: "local-new", wallMs: Date.now() });
    const before = eventsOf(folder).filter(({ type }) => type === "attempt-starting").length;
    for (let start = 1; start <= 3; start += 1) {
      await expect(session(folder)).rejects.toMatchObject({ code: "already-running" });
    }
    expect(eventsOf(folder).filter(({ type }) => type === "attempt-starting")).toHaveLength(before);
  });

  it("gives no number of an attempt again of which the store has anything, though its journal does not know it", async () => {
    let unknown = 0;
    for (let unpublished = 0; unpublished < 14; unpublished += 1) {
      const folder = newFolder();
      await leave(folder, 14, unpublished);
      const stored = await attemptsBegun(folderStore(join(folder, "store")), "test");
      const next = newFolder();
      try {
        await moveTo(next, join(folder, "store"));
      } catch (error) {
        expect(error).toMatchObject({ code: "queue-not-found" });
        continue;
      }
      const known = eventsOf(next).length;
      await runToEnd(next);
      const added = eventsOf(next).slice(known);
      unknown += added.filter(({ type }) => type === "attempts-unknown").length;
      for (const event of added) {
        if (event.type !== "attempt-starting") continue;
        expect(event.attempt, `${event.job}, ${unpublished} unpublished`).toBeGreaterThan(
          stored.get(event.job) ?? 0,
        );
      }
    }
    expect(unknown).toBeGreaterThan(0);
  });

  it("with a torn last record loses that, and the store forgets it too", async () => {
    const folder = newFolder();
    await leave(folder, 10);
    const stored = join(folder, "store/test/journal/000001.jsonl");
    truncateSync(stored, statSync(stored).size - 5);
    const next = newFolder();
    await moveTo(next, join(folder, "store"));
    const whole = readFileSync(layoutOf(next).journal);
    expect(whole.at(-1)).toBe("\n".charCodeAt(0));
    expect(await session(next)).toBe("completed");
    const said = readFileSync(layoutOf(next).journal);
    expect(said.subarray(0, whole.length).equals(whole)).toBe(true);
    expect(readFileSync(join(next, "store/test/journal/000001.jsonl")).equals(said)).toBe(true);
  });

  it.each([
    ["a damaged record", "journal-damaged"],
    ["no journal", "queue-not-found"],
    ["a damaged manifest", "verification-failed"],
    ["a result that is not what the manifest says", "verification-failed"],
  ])("and has %s there is refused, with nothing to run from", async (damage, code) => {
    const folder = newFolder();
    await leave(folder, 1_000);
    const test = join(folder, "store/test");
    const journal = join(test, "journal/000001.jsonl");
    if (damage === "no journal") rmSync(journal);
    if (damage === "a damaged record") {
      writeFileSync(journal, readFileSync(journal, "utf8").replace('"data"', '"dada"'));
    }
    if (damage === "a damaged manifest") writeFileSync(join(test, "data/manifest.json"), "{");
    if (damage.startsWith("a result")) writeFileSync(join(test, "data/results/data.txt"), "other");
    const next = newFolder();
    await expect(moveTo(next, join(folder, "store"))).rejects.toMatchObject({ code });
    expect(existsSync(layoutOf(next).journal)).toBe(false);
  });
});
