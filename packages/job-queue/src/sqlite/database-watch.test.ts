import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { JobExecutor } from "../executor/job-executor.js";
import { JobManager } from "../job-manager.js";
import { useDriver } from "../testing/bundle-driver.js";
import { useFolder } from "../testing/use-folder.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

const JOBS = 20;

const driver = useDriver("submit-driver");
const folder = useFolder();

describe("a worker that waits", () => {
  it("is told of what another process commits, however long the disk takes, without polling", async () => {
    const store = await SqliteJobStore.open({ path: folder.database });
    const started: number[] = [];
    let tell = (): void => {};
    const run = new JobExecutor({
      manager: new JobManager({ store }),
      handlers: {
        types: {
          work: async ({ job }) => {
            started.push(job.jobId);
            tell();
          },
        },
      },
    }).runWorker({ maxJobs: JOBS, pollInterval: 3_600 });

    const submitter = spawn(process.execPath, [driver.path, folder.database], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    for (let each = 0; each < JOBS; each += 1) {
      const start = new Promise<void>((resolve) => {
        tell = resolve;
      });
      // The one before is over, and the worker waits.
      submitter.stdin.write("one\n");
      await start;
    }
    submitter.stdin.end();
    await once(submitter, "exit");
    expect(await run).toMatchObject({ completed: JOBS });
    expect(started).toHaveLength(JOBS);
    await store.close();
  });
});
