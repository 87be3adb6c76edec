import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { test } from "./rig-test.js";
import { RUNNER_PROGRAMS } from "./runner-programs.js";
import { RunnerRig } from "./runner-rig.js";
import { seededNumbers } from "./seeded-numbers.js";
import { outcomes } from "./status-json.js";

const LONG = process.env.SPAWN_LONG === "1";
const SEED = Number(process.env.SPAWN_SEED ?? 20_260_127);
const PATIENCE_MS = LONG ? 600_000 : 30_000;
const SAMPLE = LONG ? 200 : 4;

const JOBS = [
  { job_id: "a", command: "echo $JOB_ATTEMPT >> marks-a" },
  { job_id: "b", command: "echo $JOB_ATTEMPT >> marks-b", depends_on: ["a"] },
];

/** `count` copies of `bytes`, each with one byte changed into any other. */
function damaged(bytes: Buffer, count: number): readonly { readonly at: number; readonly journal: Buffer }[] {
  const random = seededNumbers(SEED);
  return Array.from({ length: count }, () => {
    const journal = Buffer.from(bytes);
    const at = Math.floor(random() * bytes.length);
    journal[at] = ((journal[at] ?? 0) + 1 + Math.floor(random() * 255)) % 256;
    return { at, journal };
  });
}

test(
  "a damaged record is named by status, and nothing is made up",
  async ({ rig }) => {
    console.log(`seed ${SEED}; SPAWN_SEED chooses another`);
    await rig.launch(rig.queue({ queue_id: "damaged", jobs: JOBS }));
    await rig.ended("damaged");
    const path = rig.instancePath("var/lib/spawn-queue/journal.jsonl");
    for (const { at, journal } of damaged(readFileSync(path), SAMPLE)) {
      writeFileSync(path, journal);
      const shown = await rig.run(["queue", "status", "damaged"]);
      expect(shown, `byte ${at}`).toMatchObject({ code: 1, stdout: "" });
      expect(shown.stderr).toMatch(/journal is damaged at line \d+/);
      const json = await rig.run(["queue", "status", "damaged", "--json"]);
      expect(json.code, `byte ${at}`).toBe(1);
      expect(json.stdout).not.toContain('"job_details"');
      expect(json.stdout + json.stderr).toContain("journal-damaged");
      expect((await rig.run(["queue", "resume", "damaged"])).stderr).toMatch(/journal is damaged/);
    }
    expect([rig.read("marks-a"), rig.read("marks-b")]).toEqual(["1\n", "1\n"]);
  },
  PATIENCE_MS,
);

test("a journal cut before its damage goes on: what had run is taken from its files, and its logs are shown before", async ({
  rig,
}) => {
  const flaky = {
    job_id: "flaky",
    command: "echo $JOB_ATTEMPT >> marks-flaky; echo attempt $JOB_ATTEMPT; [ $JOB_ATTEMPT = 2 ]",
    ...{ depends_on: ["a"], retry_count: 2, retry_delay: "10ms" },
  };
  await rig.launch(rig.queue({ queue_id: "cut", jobs: [...JOBS, flaky] }));
  await rig.ended("cut");
  const path = rig.instancePath("var/lib/spawn-queue/journal.jsonl");
  const whole = readFileSync(path);
  const at = whole.indexOf('"attempt-starting"');
  writeFileSync(path, Buffer.concat([whole.subarray(0, at), Buffer.from("X"), whole.subarray(at + 1)]));

  const { stderr } = await rig.run(["queue", "status", "cut"]);
  expect(stderr.replace(/\s+/g, "")).toContain(`of${path})`);
  const [, kept = ""] = /first\s+(\d+)\s+bytes/.exec(stderr) ?? [];
  const logs = await rig.run(["queue", "logs", "cut", "flaky"]);
  expect(logs.code, logs.stderr).toBe(0);
  expect(logs.stdout.match(/attempt \d/g)).toEqual(["attempt 1", "attempt 2"]);
  expect(logs.stderr).toContain("journal is damaged");
  expect((await rig.run(["queue", "logs", "cut", "flaky", "--raw"])).stdout).toBe("attempt 2\n");

  truncateSync(path, Number(kept));
  expect((await rig.run(["queue", "resume", "cut"])).code).toBe(0);
  const status = await rig.ended("cut");
  expect(outcomes(status)).toEqual({ a: "completed 1/1", b: "completed 1/1", flaky: "completed 2/2" });
  expect(["a", "b", "flaky"].map((job) => rig.read(`marks-${job}`))).toEqual(["1\n", "1\n", "1\n2\n"]);
});

it.for(RUNNER_PROGRAMS)(
  "a damaged record stops the runner ($name) before it does anything",
  { timeout: PATIENCE_MS },
  async (program) => {
    const rig = new RunnerRig(program, { queue_id: "damaged", jobs: JOBS });
    try {
      const first = rig.start();
      await rig.record(({ type, job }) => type === "attempt-ended" && job === "a", first);
      await first.kill();
      const whole = readFileSync(rig.journalPath);
      for (const { at, journal } of damaged(whole.subarray(0, whole.lastIndexOf("\n") + 1), SAMPLE * 2)) {
        writeFileSync(rig.journalPath, journal);
        const end = await rig.start().ended;
        expect(end.code, `byte ${at}`).toBe(1);
        expect(end.stderr).toContain('"code":"journal-damaged"');
        expect(readFileSync(rig.journalPath).equals(journal), "the journal is left as it is").toBe(true);
      }
      writeFileSync(rig.journalPath, whole);
      expect(await rig.start().ended).toMatchObject({ code: 0 });
      console.log(`${SAMPLE * 2} damaged journals refused`);
      // The number of an attempt that was announced and never began is used up.
      expect(readFileSync(`${rig.work}/marks-b`, "utf8")).toMatch(/^[12]\n$/);
    } finally {
      rig.dispose();
    }
  },
);
