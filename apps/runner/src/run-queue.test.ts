import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Containment, detectContainment, instanceLayout, processGroups } from "@spawn/attempt-runner";
import type { QueueOutcome } from "@spawn/dag-core";
import { FakeClock, seededRandom, systemClock } from "@spawn/foundation";
import { folderStore } from "@spawn/result-store";
import { decodeJournal, type JournalEvent, queueStatus } from "@spawn/status-model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQueueRun } from "./open-queue-run.js";
import type { PendingEvent, QueueRun } from "./queue-run.js";
import { runQueue, storeEverything } from "./run-queue.js";

const HOUR_MS = 3_600_000;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-run-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const layout = () => instanceLayout(join(folder, "instance"));

function open(
  file: object | undefined,
  options: {
    clock?: FakeClock;
    environment?: NodeJS.ProcessEnv;
    containment?: Containment;
    uploadDeadlineMs?: number;
  } = {},
): QueueRun {
  if (file !== undefined) {
    mkdirSync(layout().state, { recursive: true });
    writeFileSync(layout().queueFile, JSON.stringify({ queue_id: "test", ...file }));
  }
  return openQueueRun({
    root: layout().root,
    instanceId: "local-test",
    workingDirectory: folder,
    store: folderStore(join(folder, "store")),
    uploadDeadlineMs: options.uploadDeadlineMs,
    containment: options.containment ?? processGroups(),
    machine: { cpus: 2, memoryBytes: 8e9, gpus: ["0", "1"] },
    environment: options.environment ?? { PATH: process.env.PATH },
    carried: [],
    clock: options.clock ?? systemClock(),
    random: seededRandom(1),
  });
}

const START: readonly PendingEvent[] = [{ event: { type: "queue-started" } }];

async function run(file: object, environment?: NodeJS.ProcessEnv): Promise<QueueOutcome> {
  const opened = open(file, environment === undefined ? {} : { environment });
  try {
    return await runQueue(opened, START);
  } finally {
    opened.close();
  }
}

function journal(): readonly JournalEvent[] {
  return decodeJournal(readFileSync(layout().journal)).records.flatMap(({ event }) =>
    event.type === "unknown" ? [] : [event],
  );
}

/** `a:1` for each start, `a:1=0` for each end, in order. */
function story(): readonly string[] {
  return journal().flatMap((event) => {
    if (event.type === "attempt-starting") return [`${event.job}:${event.attempt}`];
    if (event.type !== "attempt-ended") return [];
    const { outcome } = event;
    return [`${event.job}:${event.attempt}=${outcome.reason === "exit" ? outcome.exitCode : outcome.reason}`];
  });
}

const stored = (key: string): string => readFileSync(join(folder, "store", "test", key), "utf8");

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until the journal holds an event that `matches`. */
async function journaled(matches: (event: JournalEvent) => boolean): Promise<void> {
  await until(() => journal().some(matches));
}

describe("runQueue", () => {
  it("runs jobs after what they depend on, and stores logs and results", async () => {
    const outcome = await run({
      jobs: [
        { job_id: "second", command: "cat one.txt; echo two >&2", depends_on: ["first"] },
        { job_id: "first", command: "echo one | tee one.txt", result_files: ["one.txt"] },
      ],
    });
    expect(outcome).toEqual({ state: "completed", reason: "completed" });
    expect(story()).toEqual(["first:1", "first:1=0", "second:1", "second:1=0"]);
    expect(stored("first/results/one.txt")).toBe("one\n");
    expect(stored("second/stdout.log")).toBe("one\n");
    expect(stored("second/stderr.log")).toBe("two\n");
    expect(stored("second/merged.log")).toMatch(/^\[\d\d:\d\d:\d\d\] one\n\[\d\d:\d\d:\d\d\] two\n$/);
    expect(stored("second/exit_code")).toBe("0\n");
    expect(JSON.parse(stored("second/metadata.json"))).toMatchObject({
      job_id: "second",
      status: "completed",
    });
    expect(readFileSync(layout().exitFile("second"), "utf8")).toBe("0\n");
  });

  it("gives jobs their place in the queue, and what the file's environment says", async () => {
    await run(
      {
        environment: { GREETING: "${HELLO:-hi} ${NAME}" },
        jobs: [
          { job_id: "a", command: 'echo "$QUEUE_ID $JOB_ID $JOB_ATTEMPT $SPAWN_INSTANCE_ID $GREETING"' },
        ],
      },
      { PATH: process.env.PATH, NAME: "you" },
    );
    expect(stored("a/stdout.log")).toBe("test a 1 local-test hi you\n");
  });

  it("masks a carried value in the merged log, and keeps the raw output as it is", async () => {
    await run(
      { jobs: [{ job_id: "a", command: "echo $TOKEN", environment: { TOKEN: "${SECRET_TOKEN}" } }] },
      { PATH: process.env.PATH, SECRET_TOKEN: "s3cr3t-value" },
    );
    expect(stored("a/merged.log")).toContain("***");
    expect(stored("a/stdout.log")).toBe("s3cr3t-value\n");
    for (const path of [layout().journal, layout().mergedLog("a"), layout().queueFile]) {
      expect(readFileSync(path, "utf8")).not.toContain("s3cr3t-value");
    }
  });

  it("fails an attempt whose environment cannot be made, and says why", async () => {
    const outcome = await run({ jobs: [{ job_id: "a", command: "true", environment: { A: "${NOWHERE}" } }] });
    expect(outcome).toMatchObject({ state: "failed" });
    expect(journal().find(({ type }) => type === "attempt-ended")).toMatchObject({
      outcome: { reason: "start-failed", message: expect.stringContaining("${NOWHERE}") },
    });
  });

  it("waits a minute, then two, before the next attempts when nothing else is said", async () => {
    const clock = new FakeClock();
    const opened = open({ jobs: [{ job_id: "a", command: "exit 7", retry_count: 3 }] }, { clock });
    const finished = runQueue(opened, START);
    const waits: number[] = [];
    for (const attempt of [1, 2]) {
      await journaled((event) => event.type === "attempt-ended" && event.attempt === attempt);
      while (opened.alarms.size === 0) await new Promise((resolve) => setImmediate(resolve));
      const before = clock.bootMs();
      const next = clock.nextTimer();
      if (next === undefined) throw new Error("no wait was armed");
      waits.push(Math.round((next - before) / 1000));
      clock.advance(next - before);
    }
    expect(await finished).toMatchObject({ state: "failed" });
    opened.close();
    expect(waits).toEqual([60, 120]);
    expect(story()).toEqual(["a:1", "a:1=7", "a:2", "a:2=7", "a:3", "a:3=7"]);
  });

  it.each([HOUR_MS, -HOUR_MS])(
    "times out and waits as ever while the clock is set by %i ms",
    async (byMs) => {
      const clock = new FakeClock();
      const opened = open(
        {
          jobs: [{ job_id: "a", command: "sleep 600", timeout: "10m", retry_count: 2, retry_delay: "30m" }],
        },
        { clock },
      );
      const finished = runQueue(opened, START);
      const ring = async (afterMs: number): Promise<void> => {
        while (opened.alarms.size === 0) await new Promise((resolve) => setImmediate(resolve));
        clock.setWall(clock.wallMs() + byMs);
        clock.advance(afterMs - 1);
        expect(opened.alarms.size).toBe(1);
        clock.setWall(clock.wallMs() + byMs);
        clock.advance(1);
      };
      await ring(600_000);
      await journaled(({ type }) => type === "attempt-ended");
      await ring(1_800_000);
      await journaled((event) => event.type === "attempt-starting" && event.attempt === 2);
      await ring(600_000);
      expect(await finished).toMatchObject({ state: "failed" });
      opened.close();
      expect(story()).toEqual(["a:1", "a:1=timeout", "a:2", "a:2=timeout"]);
      const times = journal().map(({ t }) => t);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBe(3_000_000);
      const metadata: unknown = JSON.parse(stored("a/metadata.json"));
      expect(metadata).toMatchObject({ duration: "10m" });
    },
  );

  it("ends what runs on a cancel, and lets cleanup run", async () => {
    const opened = open({
      jobs: [
        { job_id: "long", command: "echo started; sleep 600", result_files: [] },
        { job_id: "cleanup", command: "echo $SPAWN_QUEUE_STATUS", always_run: true },
      ],
    });
    const finished = runQueue(opened, START);
    await journaled(({ type }) => type === "attempt-starting");
    opened.inbox.put({ event: { type: "cancel-requested", force: false } });
    expect(await finished).toEqual({ state: "cancelled", reason: "cancelled" });
    opened.close();
    expect(story()).toEqual(["long:1", "long:1=cancelled", "cleanup:1", "cleanup:1=0"]);
    expect(stored("cleanup/stdout.log")).toBe("cancelled\n");
  });

  it("goes on after an interruption with the next attempt and no retry used up", async () => {
    const opened = open({ jobs: [{ job_id: "a", command: "[ $JOB_ATTEMPT = 2 ] || sleep 600" }] });
    const finished = runQueue(opened, START);
    await journaled(({ type }) => type === "attempt-starting");
    opened.inbox.put({ event: { type: "interrupt-requested", cause: "shutdown" } });
    expect(await finished).toEqual({ state: "interrupted", reason: "shutdown" });
    opened.close();
    const again = open(undefined);
    const outcome = await runQueue(again, [{ event: { type: "queue-continued" } }]);
    again.close();
    expect(outcome).toEqual({ state: "completed", reason: "completed" });
    expect(story()).toEqual(["a:1", "a:1=interrupted", "a:2", "a:2=0"]);
  });

  it("stores what jobs have left when they are interrupted, in a run or between two", async () => {
    const save = "echo saved >$JOB_ID.ckpt; exit 1";
    const runs = `trap '${save}' TERM; touch trapped; until [ -e never ]; do sleep 0.1; done`;
    const opened = open({
      jobs: [
        { job_id: "runs", command: runs, result_files: ["runs.*"] },
        { job_id: "waits", command: save, retry_count: 2, retry_delay: "1h", result_files: ["waits.*"] },
        { job_id: "not-yet", command: "true", depends_on: ["runs"] },
      ],
    });
    const finished = runQueue(opened, START);
    await journaled((event) => event.type === "attempt-ended" && event.job === "waits");
    await until(() => existsSync(join(folder, "trapped")));
    opened.inbox.put({ event: { type: "interrupt-requested", cause: "spot" } });
    expect(await finished).toEqual({ state: "interrupted", reason: "spot" });
    opened.close();
    expect(stored("runs/results/runs.ckpt")).toBe("saved\n");
    expect(stored("waits/results/waits.ckpt")).toBe("saved\n");
    expect(readdirSync(join(folder, "store/test"))).not.toContain("not-yet");
    expect(readdirSync(join(folder, "store/test/runs")), "nothing vouches for it").not.toContain(
      "manifest.json",
    );
  });

  it("runs what failed again on a resume, and what hangs on it", async () => {
    const file = {
      jobs: [
        { job_id: "good", command: "true" },
        { job_id: "bad", command: "[ $JOB_ATTEMPT = 2 ]", depends_on: ["good"] },
        { job_id: "after", command: "true", depends_on: ["bad"] },
      ],
    };
    expect(await run(file)).toMatchObject({ state: "failed" });
    const again = open(undefined);
    const jobs = again.resumedJobs([]);
    expect(jobs).toEqual(["bad", "after"]);
    const outcome = await runQueue(again, [{ event: { type: "queue-resumed", jobs } }]);
    again.close();
    expect(outcome).toMatchObject({ state: "completed" });
    expect(story()).toEqual([
      "good:1",
      "good:1=0",
      "bad:1",
      "bad:1=1",
      "bad:2",
      "bad:2=0",
      "after:1",
      "after:1=0",
    ]);
  });

  it("goes on with a changed queue file: what changed runs again, with all downstream of it", async () => {
    const job = (job_id: string, command: string, depends_on: string[] = []) => ({
      job_id,
      command,
      depends_on,
    });
    await run({ jobs: [job("kept", "true"), job("changed", "true"), job("after", "exit 1", ["changed"])] });
    const again = open({
      jobs: [
        job("kept", "true"),
        job("changed", "echo new"),
        job("after", "true", ["changed"]),
        job("added", "true"),
      ],
    });
    const jobs = again.resumedJobs([]);
    expect(jobs).toEqual(["changed", "after", "added"]);
    expect(await runQueue(again, [{ event: { type: "queue-resumed", jobs } }])).toMatchObject({
      state: "completed",
    });
    again.close();
    expect(stored("changed/stdout.log")).toBe("new\n");
    expect(story().filter((step) => step.startsWith("kept"))).toEqual(["kept:1", "kept:1=0"]);
    const more = open(undefined);
    expect(more.resumedJobs([])).toEqual([]);
    more.close();
  });

  it("keeps the file of a queue that is under way", async () => {
    const begun = open({ jobs: [{ job_id: "a", command: "true" }] });
    await begun.parts.journal.sync();
    begun.close();
    for (const job of [
      { job_id: "b", command: "true" },
      { job_id: "a", command: "false" },
    ]) {
      expect(() => open({ jobs: [job] })).toThrow(expect.objectContaining({ code: "not-resumable" }));
    }
  });

  it("is over when the deadline for its results has passed, says what is missing, and stores it later", async () => {
    const file = { jobs: [{ job_id: "a", command: "echo made > made.txt", result_files: ["made.txt"] }] };
    const results = join(folder, "store", "test", "a", "results");
    mkdirSync(join(folder, "store", "test", "a"), { recursive: true });
    writeFileSync(results, "a file where the folder of results should be");
    const first = open(file, { uploadDeadlineMs: 300 });
    expect(await runQueue(first, START)).toEqual({ state: "completed", reason: "completed" });
    const { status, warnings } = queueStatus(first.parts.fold, { wallMs: 0, t: 0, runner: "gone" });
    first.close();
    const message = expect.stringMatching(
      /not all of it is in the store: .*made\.txt.*spawn queue resume test/,
    );
    expect({ status, warnings }).toMatchObject({ status: "completed", warnings: [{ job_id: "a", message }] });
    expect(journal().at(-1)).toMatchObject({ type: "queue-finished" });

    rmSync(results);
    const again = open(undefined);
    expect(again.hasUnstored()).toBe(true);
    await again.settleInherited();
    await storeEverything(again);
    expect(again.hasUnstored()).toBe(false);
    expect(queueStatus(again.parts.fold, { wallMs: 0, t: 0, runner: "gone" }).warnings).toEqual([]);
    again.close();
    expect(stored("a/results/made.txt")).toBe("made\n");
    expect(stored("a/exit_code")).toBe("0\n");
    expect(story()).toEqual(["a:1", "a:1=0"]);
  });

  it("tells of a store that fails while it is tried again, and is over at once when everything is to end", async () => {
    mkdirSync(join(folder, "store", "test"), { recursive: true });
    writeFileSync(join(folder, "store", "test", "a"), "a file where the job's folder should be");
    const opened = open({ jobs: [{ job_id: "a", command: "true" }] });
    const over = runQueue(opened, START);
    await journaled((event) => event.type === "results-unstored");
    expect(journal().at(-1)).toMatchObject({ message: expect.stringContaining("until 10m after") });
    opened.inbox.put({ event: { type: "cancel-requested", force: true } });
    expect(await over).toMatchObject({ state: "completed" });
    opened.close();
    expect(journal().at(-2)).toMatchObject({
      message: expect.stringContaining("not all of it is in the store:"),
    });
  });

  it("runs together what fits together, and gives each job its own GPU", async () => {
    const train = (job_id: string, gpus: number) => ({
      job_id,
      command: "echo $CUDA_VISIBLE_DEVICES",
      resources: { gpus },
    });
    const outcome = await run({
      max_parallel: 4,
      jobs: [train("both", 2), train("one", 1), train("other", 1)],
    });
    expect(outcome).toMatchObject({ state: "completed" });
    expect(story().slice(0, 2)).toEqual(["both:1", "both:1=0"]);
    expect(stored("both/stdout.log")).toBe("0,1\n");
    const own = [stored("one/stdout.log"), stored("other/stdout.log")];
    expect(own.every((gpu) => gpu === "0\n" || gpu === "1\n")).toBe(true);
  });

  it("fails a job that asks for more GPUs than there are, instead of keeping it waiting for ever", async () => {
    const outcome = await run({ jobs: [{ job_id: "train", command: "true", resources: { gpus: 3 } }] });
    expect(outcome).toMatchObject({ state: "failed" });
    expect(journal().find(({ type }) => type === "attempt-ended")).toMatchObject({
      outcome: { reason: "start-failed", message: "it asks for 3 GPUs, and this machine has 2" },
    });
  });

  it("tells in journal and metadata what attempts used, and which ran out of memory", async () => {
    const containment = detectContainment();
    const allocate = (bytes: number): string => `head -c ${bytes} /dev/zero | tail -c ${bytes} | wc -c`;
    const greedy = `${allocate(200e6)}; exit \${PIPESTATUS[1]}`;
    const file = {
      on_failure: "continue",
      jobs: [
        { job_id: "modest", command: allocate(20e6) },
        { job_id: "greedy", command: greedy, resources: { memory: "32MiB" } },
      ],
    };
    const opened = open(file, { containment });
    await runQueue(opened, START);
    opened.close();
    const { kind } = containment;
    expect(journal().find(({ type }) => type === "runner-started")).toMatchObject({ containment: kind });
    // Without cgroups nothing is limited, and nothing is seen of attempts as short as these.
    const counted = kind !== "process-group";
    expect(story()).toEqual(expect.arrayContaining(["modest:1=0", counted ? "greedy:1=oom" : "greedy:1=0"]));
    expect(journal().filter(({ type }) => type === "attempt-usage")).toHaveLength(counted ? 2 : 0);
    const { peak_memory_bytes, cpu_seconds } = JSON.parse(stored("modest/metadata.json"));
    expect(peak_memory_bytes > 20e6 && cpu_seconds > 0).toBe(counted);
  });

  it("refuses a second runner, and names the one that is there", () => {
    const opened = open({ jobs: [{ job_id: "a", command: "true" }] });
    expect(() => open(undefined)).toThrow(
      expect.objectContaining({
        code: "already-running",
        message: expect.stringContaining(`pid ${process.pid}`),
      }),
    );
    opened.close();
  });
});
