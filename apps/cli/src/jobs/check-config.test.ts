import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConfig } from "./check-config.js";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "spawn-config-"));
  const job = { job_id: "a", command: "true", environment: { KEY: "${API_KEY}" } };
  writeFileSync(join(cwd, "pipeline.json"), JSON.stringify({ jobs: [job] }));
  writeFileSync(join(cwd, "broken.json"), JSON.stringify({ jobs: [{ job_id: "a" }] }));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("checkConfig", () => {
  it("leaves alone what is for a handler of one's own", () => {
    for (const config of [{ dataset: "test" }, [1], "text", null]) {
      expect(checkConfig({ cwd, env: {} }, config, false)).toEqual({ config, kind: "other", warnings: "" });
    }
  });

  it("reads the queue file, warns of what only the worker may have, and keeps absolute paths", () => {
    const checked = checkConfig({ cwd, env: {} }, { queue: "pipeline.json" }, false);
    expect(checked.config).toEqual({ queue: join(cwd, "pipeline.json"), provider: "local", cwd });
    expect(checked.warnings).toContain("${API_KEY} is set nowhere");
    const given = checkConfig({ cwd, env: {} }, { queue: "pipeline.json", env: ["API_KEY"] }, false);
    expect(given.warnings).toBe("");
  });

  it("refuses a queue file that is not there or has errors, and a job that is two things", () => {
    expect(() => checkConfig({ cwd, env: {} }, { queue: "nowhere.json" }, false)).toThrow(
      expect.objectContaining({ code: "bad-queue-file" }),
    );
    expect(() => checkConfig({ cwd, env: {} }, { queue: "broken.json" }, false)).toThrow(
      expect.objectContaining({ code: "bad-queue-file", hint: expect.stringContaining("command") }),
    );
    expect(() => checkConfig({ cwd, env: {} }, { queue: "q", command: "c" }, false)).toThrow(
      "one of the two",
    );
  });
});
