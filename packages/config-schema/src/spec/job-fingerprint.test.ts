import { describe, expect, it } from "vitest";
import { jobFingerprint } from "./job-fingerprint.js";
import { loadQueueFile } from "./load-queue-file.js";

function fingerprint(job: object, queue: object = {}): string | undefined {
  const jobs = [
    { job_id: "b", command: "true" },
    { job_id: "c", command: "true" },
    { job_id: "a", command: "x", ...job },
  ];
  const { spec } = loadQueueFile(JSON.stringify({ ...queue, jobs }), { fileName: "q" });
  return spec?.jobs[2] && jobFingerprint(spec, spec.jobs[2]);
}

const BASE = fingerprint({});

describe("jobFingerprint", () => {
  it("is a SHA-256 in hexadecimal", () => {
    expect(BASE).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["the command", { command: "y" }],
    ["the shell", { shell: "sh" }],
    ["the environment", { environment: { A: "1" } }],
    ["the unexpanded reference", { environment: { A: "${A}" } }],
    ["a secret's place", { secrets: { A: "ssm:/a" } }],
    ["the dependencies", { depends_on: ["b"] }],
  ])("changes with %s", (_, job) => {
    expect(fingerprint(job)).not.toBe(BASE);
  });

  it("changes with the queue's environment, unless the job's own wins", () => {
    expect(fingerprint({}, { environment: { A: "1" } })).not.toBe(BASE);
    const own = { environment: { A: "2" } };
    expect(fingerprint(own, { environment: { A: "1" } })).toBe(fingerprint(own));
  });

  it("does not change with order, limits, retries or what is kept", () => {
    expect(fingerprint({ timeout: "5m", retry_count: 3, result_files: ["x"] })).toBe(BASE);
    expect(fingerprint({ depends_on: ["b", "c"] })).toBe(fingerprint({ depends_on: ["c", "b"] }));
    expect(fingerprint({ environment: { A: "1", B: "2" } })).toBe(
      fingerprint({ environment: { B: "2", A: "1" } }),
    );
  });
});
