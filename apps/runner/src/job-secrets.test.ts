import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout, processGroups } from "@spawn/attempt-runner";
import type { SecretRef } from "@spawn/config-schema";
import type { QueueOutcome } from "@spawn/dag-core";
import { seededRandom, systemClock } from "@spawn/foundation";
import { folderStore } from "@spawn/result-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQueueRun } from "./open-queue-run.js";
import type { QueueRun } from "./queue-run.js";
import { runQueue } from "./run-queue.js";
import type { SecretSource } from "./secret-source.js";

const VALUE = "tr0ub4dor-and-3";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-secrets-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Fetches from a table; what is not in it cannot be fetched. */
function table(values: Readonly<Record<string, string>>): SecretSource {
  return {
    async fetch(secrets) {
      const place = (ref: SecretRef): string => (ref.store === "ssm" ? ref.path : ref.id);
      const entries = Object.entries(secrets).map(([name, ref]) => {
        const value = values[place(ref)];
        if (value === undefined) throw new Error(`there is no secret ${place(ref)}`);
        return [name, value] as const;
      });
      return Object.fromEntries(entries);
    },
  };
}

function open(job: object, secrets: SecretSource): QueueRun {
  const layout = instanceLayout(join(folder, "instance"));
  mkdirSync(layout.state, { recursive: true });
  const jobs = [{ job_id: "a", secrets: { TOKEN: "ssm:/prod/token" }, ...job }];
  writeFileSync(layout.queueFile, JSON.stringify({ queue_id: "q", jobs }));
  return openQueueRun({
    root: layout.root,
    instanceId: "i-1",
    workingDirectory: folder,
    store: folderStore(join(folder, "store")),
    containment: processGroups(),
    machine: { cpus: 2, memoryBytes: 8e9, gpus: [] },
    environment: { PATH: process.env.PATH },
    secrets,
    carried: [],
    clock: systemClock(),
    random: seededRandom(1),
  });
}

async function run(job: object, secrets: SecretSource): Promise<QueueOutcome> {
  const opened = open(job, secrets);
  try {
    return await runQueue(opened, [{ event: { type: "queue-started" } }]);
  } finally {
    opened.close();
  }
}

const stored = (name: string): string => readFileSync(join(folder, "store/q/a", name), "utf8");
const journalText = (): string => readFileSync(instanceLayout(join(folder, "instance")).journal, "utf8");

describe("a job's secrets", () => {
  it("are in its environment, masked in its merged log, and nowhere in the state", async () => {
    const job = { command: 'printf "%s\\n" "$TOKEN"', environment: { AUTH: "Bearer ${TOKEN}" } };
    expect(await run(job, table({ "/prod/token": VALUE }))).toMatchObject({ state: "completed" });
    expect(stored("stdout.log")).toBe(`${VALUE}\n`);
    expect(stored("merged.log")).toMatch(/\] \*\*\*\n$/);
    expect(journalText()).not.toContain(VALUE);
  });

  it("that cannot be fetched fail its start, by name", async () => {
    const outcome = await run({ command: "touch ran" }, table({}));
    expect(outcome).toMatchObject({ state: "failed" });
    expect(journalText()).toContain("there is no secret /prod/token");
  });

  it("that are still being fetched do not hold up a cancel, and the command never runs", async () => {
    let give: (values: Record<string, string>) => void = () => undefined;
    let opened: QueueRun | undefined;
    const secrets: SecretSource = {
      fetch: () => {
        opened?.inbox.put({ event: { type: "cancel-requested", force: false } });
        return new Promise((resolve) => {
          give = resolve;
        });
      },
    };
    opened = open({ command: "touch ran" }, secrets);
    const outcome = await runQueue(opened, [{ event: { type: "queue-started" } }]);
    expect(outcome).toEqual({ state: "cancelled", reason: "cancelled" });
    opened.close();
    give({ TOKEN: VALUE });
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => readFileSync(join(folder, "ran"))).toThrow("ENOENT");
    expect([...opened.attempts.open]).toEqual([]);
  });
});
