import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { seededRandom } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { jobOf } from "../job-row.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import { useDriver } from "../testing/bundle-driver.js";
import { useFolder } from "../testing/use-folder.js";

const KILLS = process.env.SPAWN_LONG === "1" ? 200 : 30;

/** What the writer may have done when its last moment is near, and how near that is. */
const MOST_LINES = 40;
const LAST_MS = 8;

const driver = useDriver("writer-driver");
const folder = useFolder();

/** Lets a writer write so many lines, kills it a moment later, and returns what it said was done. */
async function writeAndDie(lines: number, lastMs: number): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, [driver.path, folder.database], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  let dying = false;
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (dying || said.split("\n").length <= lines) return;
    dying = true;
    setTimeout(() => child.kill("SIGKILL"), lastMs);
  });
  const [code, signal] = await once(child, "close");
  expect([code, signal]).toEqual([null, "SIGKILL"]);
  return said.split("\n").slice(0, -1);
}

describe(`a writer that is killed at ${KILLS} random moments`, () => {
  it("leaves a sound database with all that it said was done", { timeout: KILLS * 5_000 }, async () => {
    const random = seededRandom(3);
    const done = new Map<number, string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (const line of await writeAndDie(1 + random.next() * MOST_LINES, random.next() * LAST_MS)) {
        const [what = "", id = ""] = line.split(" ");
        if (what !== "ready") done.set(Number(id), what);
      }
      const store = await SqliteJobStore.open({ path: folder.database });
      expect(await store.checkIntegrity()).toEqual([]);
      const jobs = (await store.listJobs({ limit: 1_000_000 })).map(jobOf);
      const found = new Map(jobs.map((job) => [job.jobId, job.status]));
      for (const [id, what] of done) {
        expect(found.has(id), `job ${id} was ${what}`).toBe(true);
        if (what === "completed") expect(found.get(id)).toBe("completed");
      }
      for (const job of jobs) expect(job.retryCount).toBeLessThanOrEqual(job.maxRetries);
      await store.close();
    }
    expect([...done.values()].filter((what) => what === "completed").length).toBeGreaterThan(KILLS);
  });
});
