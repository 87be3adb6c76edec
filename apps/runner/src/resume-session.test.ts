import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resumeSession } from "./resume-session.js";
import { eventsOf, instanceIn, layoutOf, prepareFolder, runUntil } from "./testing/mortal-runner.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-resume-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const job = (job_id: string, command: string, depends_on: readonly string[] = []) => ({
  job_id,
  command: `echo $JOB_ATTEMPT >> marks/${job_id}; ${command}`,
  depends_on,
});
const BEFORE = {
  queue_id: "q",
  jobs: [job("a", "true"), job("b", "exit 3", ["a"]), job("c", "true", ["b"])],
};
const AFTER = { queue_id: "q", jobs: [job("a", "true"), job("b", "true", ["a"]), job("d", "true", ["b"])] };

const resume = () =>
  resumeSession({ ...instanceIn(folder), resume: true, rerun: [], watchers: [] }, pino({ level: "silent" }));
const marks = (name: string): string => readFileSync(join(folder, "marks", name), "utf8");

describe("resumeSession with another queue file", () => {
  it("goes on by it wherever the runner before died, each command of an attempt run once", async () => {
    let died = 0;
    for (let record = 1; ; record += 1) {
      rmSync(folder, { recursive: true, force: true });
      prepareFolder(folder, BEFORE);
      const { nextQueueFile, queueFile } = layoutOf(folder);
      const isDead = await runUntil(folder, { record, effects: "done" });
      if (!isDead) break;
      died += 1;
      writeFileSync(nextQueueFile, JSON.stringify(AFTER));
      const { outcome } = await resume();
      expect(outcome, `after record ${record}`).toMatchObject({ state: "completed" });
      expect(existsSync(nextQueueFile)).toBe(false);
      expect(JSON.parse(readFileSync(queueFile, "utf8"))).toEqual(AFTER);
      for (const name of ["a", "b", "d"]) {
        const numbers = marks(name).trim().split("\n");
        expect(new Set(numbers).size, `${name} after record ${record}: ${numbers}`).toBe(numbers.length);
      }
      const ended = eventsOf(folder).filter(({ type }) => type === "queue-finished");
      expect(ended.at(-1)).toMatchObject({ outcome: { state: "completed" } });
    }
    console.log(`another file after each of ${died} deaths`);
    expect(died).toBeGreaterThan(5);
  });

  it("changes and stops nothing where the file is not valid", async () => {
    prepareFolder(folder, BEFORE);
    await runUntil(folder, { record: 4, effects: "done" });
    const before = readFileSync(layoutOf(folder).journal, "utf8");
    writeFileSync(layoutOf(folder).nextQueueFile, "{}");
    await expect(resume()).rejects.toMatchObject({ code: "bad-queue-file" });
    expect(readFileSync(layoutOf(folder).journal, "utf8")).toBe(before);
  });
});
