import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout, processGroups } from "@spawn/attempt-runner";
import { type Clock, FakeClock, seededRandom } from "@spawn/foundation";
import { folderStore } from "@spawn/result-store";
import { decodeJournal } from "@spawn/status-model";
import { expect, it } from "vitest";
import { openQueueRun } from "./open-queue-run.js";

/** Each look at it takes ten milliseconds. */
class SlowClock extends FakeClock implements Clock {
  #looks = 0;

  override bootMs(): number {
    this.#looks += 1;
    return super.bootMs() + this.#looks * 10;
  }
}

it("tells a new queue's first moments in their order, on a slow machine too", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spawn-open-"));
  try {
    const layout = instanceLayout(folder);
    mkdirSync(layout.state, { recursive: true });
    const jobs = [{ job_id: "a", command: "true", resources: { memory: "1GB" } }];
    writeFileSync(layout.queueFile, JSON.stringify({ queue_id: "test", jobs }));
    const run = openQueueRun({
      root: folder,
      instanceId: "local-test",
      workingDirectory: folder,
      store: folderStore(join(folder, "store")),
      machine: { cpus: 3, memoryBytes: 8e9, gpus: [] },
      environment: { PATH: process.env.PATH },
      carried: [],
      containment: processGroups(),
      clock: new SlowClock(),
      random: seededRandom(1),
    });
    await run.parts.journal.sync();
    run.close();
    const { records } = decodeJournal(readFileSync(layout.journal));
    expect(records.map(({ event }) => event.type)).toEqual(["queue-created", "runner-started", "warning"]);
    const times = records.map(({ event }) => ("t" in event ? Number(event.t) : Number.NaN));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
