// node driver.mjs DATABASE: writes all that can be written, as fast as it can, and says what it has been told is done:
// `submitted ID`, `completed ID`, `fired ID`, a line each.
import { systemRandom } from "@spawn/foundation";
import { JobManager } from "../job-manager.js";
import { TrainingScheduler } from "../scheduling/training-scheduler.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";

const [path = ""] = process.argv.slice(2);
const store = await SqliteJobStore.open({ path });
const manager = new JobManager({ store, retryDelay: { baseMs: 0, maxMs: 0 } });
const scheduler = new TrainingScheduler({ store });
const random = systemRandom();
const told = (what: string, id: number): boolean => process.stdout.write(`${what} ${id}\n`);

const scheduleId = await scheduler.createSchedule({
  name: `writer-${process.pid}-${random.hex(8)}`,
  jobType: "work",
  config: {},
  scheduleExpr: "* * * * *",
  missedSlots: "run-all",
});
const minute = 60_000;
let slot = Date.parse("2020-01-01T00:00:00Z");

told("ready", 0);
for (;;) {
  told(
    "submitted",
    await manager.submitJob({ jobType: "work", config: { text: "x".repeat(random.next() * 3_000) } }),
  );
  const job = await manager.claimJob("writer");
  if (job === undefined) continue;
  await manager.logJobMessage(job.jobId, "INFO", "y".repeat(random.next() * 500));
  const chance = random.next();
  if (chance < 0.6) {
    if (await manager.endAttempt(job, { kind: "completed" })) told("completed", job.jobId);
  } else if (chance < 0.8) {
    await manager.endAttempt(job, { kind: "failed", errorMessage: "exit 1" });
  } else if (chance < 0.9) {
    await manager.cancelJob(job.jobId);
    await manager.endAttempt(job, { kind: "released" });
  }
  const at = new Date(slot).toISOString();
  await store.setNextRun(scheduleId, at);
  slot += minute;
  const made = await store.fireSchedule({
    scheduleId,
    expectedNextRun: at,
    slots: [at],
    nextRun: new Date(slot).toISOString(),
    job: { job_type: "work", config: "{}", priority: 5, max_retries: 0, needs: "type:work" },
  });
  for (const id of made ?? []) told("fired", id);
  if (chance < 0.02) await manager.pruneJobs({ finalForMs: 3_600_000 });
}
