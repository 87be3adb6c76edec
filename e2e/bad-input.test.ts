import { describe, expect } from "vitest";
import { test } from "./rig-test.js";
import type { CommandResult } from "./running-command.js";

const GOOD_QUEUE = JSON.stringify({ queue_id: "good", jobs: [{ job_id: "a", command: "true" }] });

/** Each takes well under a second on a free core; tests run on busy ones. */
const SOON_MS = 20_000;

/** Every failure that a user can cause: says what it must say, without a stack trace, soon. */
function expectFailure(result: CommandResult, code: number, text: string | RegExp): void {
  expect(result.stderr).toMatch(text);
  expect(result.stderr).not.toMatch(/^ {4}at /m);
  expect(result.stderr).not.toContain("internal error");
  expect(result.code).toBe(code);
  expect(result.elapsedMs).toBeLessThan(SOON_MS);
}

describe("bad arguments end with 2, what is not there with 3", () => {
  const cases: readonly (readonly [args: string, code: number, text: string])[] = [
    ["no-such-command", 2, "no-such-command"],
    ["queue no-such-command", 2, "no-such-command"],
    ["queue run", 2, "file"],
    ["queue run good.json --no-such-flag", 2, "--no-such-flag"],
    ["queue run not-there.json", 2, "not-there.json"],
    ["queue run .", 2, "."],
    ["queue validate not-there.json", 2, "not-there.json"],
    ["queue status", 2, "ref"],
    ["queue status good.json --watch --refresh soon", 2, "soon"],
    ["launch --batch-queue good.json --provider moon", 2, "moon"],
    ["launch --provider local", 2, "batch-queue"],
    ["list --format yaml", 2, "yaml"],
    ["queue status nobody", 3, "nobody"],
    ["queue status last", 3, "launched"],
    ["queue logs nobody", 3, "nobody"],
    ["queue results nobody", 3, "nobody"],
    ["queue results ../../etc", 3, "etc"],
    ["queue cancel nobody", 3, "nobody"],
    ["queue resume nobody", 3, "nobody"],
    ["queue explain nobody job", 3, "nobody"],
    ["queue status local-000000000000", 1, "local-000000000000"],
    ["status local-000000000000", 1, "local-000000000000"],
    ["terminate local-000000000000 -y", 1, "local-000000000000"],
    ["connect local-000000000000 -c true", 1, "local-000000000000"],
  ];
  test.for(cases)("spawn %s → %i", async ([args, code, text], { rig }) => {
    rig.write("good.json", GOOD_QUEUE);
    expectFailure(await rig.run(args.split(" ")), code, new RegExp(escaped(text), "i"));
  });

  test("--json prints one value for a failure too, --verbose where it came from", async ({ rig }) => {
    const failed = await rig.run(["queue", "status", "nobody", "--json"]);
    expect(failed.code).toBe(3);
    expect(JSON.parse(failed.stdout)).toBeTypeOf("object");
    const topic = await rig.run(["queue", "--json"]);
    expect(topic.code).toBe(2);
    expect(JSON.parse(topic.stdout)).toMatchObject({ error: { code: "unknown-command" } });
    const verbose = await rig.run(["queue", "status", "nobody", "--verbose"]);
    expect(verbose.stderr).toMatch(/^ {4}at /m);
  });
});

describe("a bad queue file ends with 2, and names the place", () => {
  const job = { job_id: "a", command: "true" };
  const cases: readonly (readonly [name: string, content: unknown, text: string])[] = [
    ["an empty file", "", "queue.json:1:1"],
    ["no JSON", '{"jobs": [', "queue.json:1:"],
    ["not a queue", "[]", "queue.json:1:1"],
    ["no jobs", { jobs: [] }, "jobs"],
    ["a duplicate id", { jobs: [job, job] }, '"a"'],
    ["ids that differ in case only", { jobs: [job, { ...job, job_id: "A" }] }, '"A"'],
    [
      "an unknown dependency",
      {
        jobs: [
          { ...job, job_id: "train" },
          { ...job, depends_on: ["trian"] },
        ],
      },
      "train",
    ],
    ["a self-dependency", { jobs: [{ ...job, depends_on: ["a"] }] }, "itself"],
    [
      "a cycle",
      {
        jobs: [
          { ...job, depends_on: ["b"] },
          { ...job, job_id: "b", depends_on: ["a"] },
        ],
      },
      "(a → b → a)|(b → a → b)",
    ],
    ["an unknown handler", { jobs: [{ ...job, on_failure: "nobody" }] }, "nobody"],
    ["itself as handler", { jobs: [{ ...job, on_failure: "a" }] }, "on_failure.*itself|self-handler"],
    ["a bad duration", { jobs: [{ ...job, timeout: "soon" }] }, "soon"],
    ["a wrong type", { jobs: [{ ...job, retry_count: "three" }] }, "retry_count"],
    ["an unknown key", { jobs: [{ ...job, retries: 3, comand: "x" }] }, "command"],
    ["an empty command", { jobs: [{ ...job, command: " " }] }, "command"],
    ["a path as id", { jobs: [{ ...job, job_id: "../a" }] }, "\\.\\./a"],
    ["a name that the store uses", { jobs: [{ ...job, job_id: "status.json" }] }, "status\\.json"],
    ["both spellings", { jobs: [{ ...job, env: {}, environment: {} }] }, "env"],
    [
      "a number without end",
      `{"jobs": [{"job_id": "a", "command": "true", "retry_count": ${"9".repeat(400)}}]}`,
      "retry",
    ],
    ["a NUL byte", '{"jobs": [{"job_id": "a", "command": "echo \\u0000"}]}', "command"],
    ["deep nesting", `${"[".repeat(100_000)}`, "queue.json"],
    ["bytes that are no text", new Uint8Array(4_000).map((_, i) => 128 + (i % 128)), "queue.json"],
  ];
  test.for(cases)("%s", async ([, content, text], { rig }) => {
    const raw = typeof content === "string" || content instanceof Uint8Array;
    rig.write("queue.json", raw ? content : JSON.stringify(content, undefined, 2));
    const result = await rig.run(["queue", "run", "queue.json"]);
    expectFailure(result, 2, new RegExp(text));
    expect(result.stderr).toContain("queue.json");
  });

  test("1 MB with thousands of errors is refused as soon, and in few lines", async ({ rig }) => {
    const jobs = Array.from({ length: 12_000 }, (_, i) => ({
      job_id: `job-${i}`,
      comand: "true",
      timeout: "never",
      depends_on: [`job-${i + 20_000}`],
    }));
    const text = JSON.stringify({ jobs }, undefined, 1);
    expect(text.length).toBeGreaterThan(1_000_000);
    rig.write("queue.json", text);
    const result = await rig.run(["queue", "validate", "queue.json"]);
    expectFailure(result, 2, /queue\.json:\d+:\d+/);
    expect(result.stderr.length).toBeLessThan(100_000);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
