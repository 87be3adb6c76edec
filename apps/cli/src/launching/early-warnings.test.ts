import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "@spawn/foundation";
import { LocalQueue } from "@spawn/launcher";
import { buildJob, buildJournal, buildQueueCreated, buildRecords } from "@spawn/status-model/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { earlyWarnings } from "./early-warnings.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "spawn-early-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

it("are those of the queue that came before its start, and nothing where there is no runner", async () => {
  const queue = new LocalQueue(root, systemClock());
  expect(await earlyWarnings(queue)).toEqual([]);
  const journal = queue.layout.journal;
  mkdirSync(dirname(journal), { recursive: true });
  const records = buildRecords([
    buildQueueCreated([buildJob("a")]),
    { type: "warning", t: 0, message: "memory limits are not enforced here: no cgroup v2 is mounted" },
    { type: "warning", t: 0, job: "a", message: "out/*.csv matches nothing" },
    { type: "queue-started", t: 0 },
  ]);
  writeFileSync(journal, buildJournal(records));
  expect(await earlyWarnings(queue)).toEqual([
    "memory limits are not enforced here: no cgroup v2 is mounted",
  ]);
});
