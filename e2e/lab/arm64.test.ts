import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cannotRunArm64 } from "./arm64.js";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab() || cannotRunArm64();
/** An emulated program is some ten times as slow. */
const PATIENCE_MS = 200_000;
/** By the number that a Linux program's file has for its kind of machine. */
const MACHINES = { "t3.micro": 0x3e, "t4g.micro": 0xb7 } as const;
const FILES = /\/(results\/.+|stdout\.log|stderr\.log|exit_code)$/;
/** What no two runs have in common, and what depends on how quick they are. */
const OF_ONE_RUN = new Set(["seq", "at", "t", "crc", "random", "bytes"]);
let rig: LabRig;

const JOBS = [
  {
    job_id: "make",
    command: "seq 100000 >numbers.txt; mkdir -p deep/er; echo é >deep/er/one.txt; echo out; echo err >&2",
    result_files: ["numbers.txt", "deep/"],
  },
  {
    job_id: "again",
    command: "echo $JOB_ATTEMPT; test $JOB_ATTEMPT = 2",
    retry: { max_attempts: 3, backoff: "fixed", base_delay: "100ms" },
    depends_on: ["make"],
  },
  { job_id: "late", command: "sleep 1000", timeout: "500ms", depends_on: ["again"] },
  { job_id: "killed", command: "kill -KILL $$", depends_on: ["again"] },
  { job_id: "last", command: "echo $SPAWN_QUEUE_STATUS $SPAWN_FAILED_JOBS", always_run: true },
];

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start({ arm64: true });
});

afterAll(() => rig?.stop());

/** Runs the queue on an instance of a type; returns what it left in the store, without what is of one run alone. */
async function leftBy(type: keyof typeof MACHINES): Promise<unknown> {
  const queue_id = type.replace(".", "-");
  const queue = { queue_id, on_failure: "continue", max_parallel: 1, jobs: JOBS };
  const id = await rig.launch(queue, { instanceTypes: [type] });
  await rig.untilState(id, "terminated", PATIENCE_MS);
  const machine = rig.machine(id);
  expect(machineOf(join(machine.writtenFolder, "usr/local/bin/spawn-runner")), rig.describe()).toBe(
    MACHINES[type],
  );
  const keys = (await rig.keys(`${queue_id}/`)).filter((key) => FILES.test(key));
  const files = keys.map(async (key) => [key.slice(queue_id.length), await rig.stored(key)] as const);
  return { files: Object.fromEntries(await Promise.all(files)), ends: await endsOf(queue_id) };
}

/** How attempts and queue ended, by the stored journal. */
async function endsOf(queueId: string): Promise<readonly unknown[]> {
  const lines = ((await rig.stored(`${queueId}/journal/000001.jsonl`)) ?? "").trim().split("\n").slice(1);
  const records = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const ends = records.filter(({ type }) =>
    /^(attempt-ended|attempt-timed-out|queue-finished)$/.test(String(type)),
  );
  const common = ends.map((record) => Object.entries(record).filter(([name]) => !OF_ONE_RUN.has(name)));
  return common.map((entries) => JSON.stringify(Object.fromEntries(entries))).sort();
}

function machineOf(program: string): number {
  const header = Buffer.alloc(20);
  const file = openSync(program, "r");
  readSync(file, header);
  closeSync(file);
  return header.readUInt16LE(18);
}

describe.skipIf(isMissing)("an instance of arm64", { timeout: 240_000 }, () => {
  it("makes of a queue byte for byte what one of x86-64 makes of it, its runner emulated", async () => {
    const [x64, arm64] = await Promise.all([leftBy("t3.micro"), leftBy("t4g.micro")]);
    expect(arm64).toEqual(x64);
    expect(Object.keys((x64 as { files: object }).files).length).toBeGreaterThan(20);
    expect((x64 as { ends: object }).ends).toHaveLength(8);
    expect([...rig.lab.room.failures, ...rig.lab.guard.denials]).toEqual([]);
  });
});
