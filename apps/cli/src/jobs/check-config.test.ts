import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonValue } from "@spawn/job-queue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ec2Access } from "../aws/ec2-access.js";
import { settingsAt } from "../settings/settings-at.js";
import { checkConfig } from "./check-config.js";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "spawn-config-"));
  const job = { job_id: "a", command: "true", environment: { KEY: "${API_KEY}" } };
  writeFileSync(join(cwd, "pipeline.json"), JSON.stringify({ jobs: [job] }));
  writeFileSync(join(cwd, "broken.json"), JSON.stringify({ jobs: [{ job_id: "a" }] }));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function check(config: JsonValue, variables: Readonly<Record<string, string>> = {}) {
  const env = { HOME: cwd, ...variables };
  const ec2 = async (region = "us-east-1") => ({ region }) as Ec2Access;
  return checkConfig({ cwd, env, settings: settingsAt(env, cwd), ec2 }, config, false);
}

describe("checkConfig", () => {
  it("leaves alone what is for a handler of one's own", async () => {
    for (const config of [{ dataset: "test" }, [1], "text", null]) {
      expect(await check(config)).toEqual({ config, kind: "other", warnings: "" });
    }
  });

  it("reads the queue file, warns of what only the worker may have, and keeps absolute paths", async () => {
    const checked = await check({ queue: "pipeline.json" });
    expect(checked.config).toEqual({ queue: join(cwd, "pipeline.json"), provider: "local", cwd });
    expect(checked.warnings).toContain("${API_KEY} is set nowhere");
    const given = await check({ queue: "pipeline.json", env: ["API_KEY"] });
    expect(given.warnings).toBe("");
  });

  it("keeps where on EC2 a queue runs, whatever the worker's settings will be", async () => {
    const queue = { queue: "pipeline.json", env: ["API_KEY"] };
    const kept = { queue: join(cwd, "pipeline.json"), cwd, env: ["API_KEY"], provider: "ec2" };
    expect(
      await check({ ...queue, instance_type: "m7i.large,m6i.large", region: "eu-west-1" }),
    ).toMatchObject({
      config: { ...kept, instance_type: ["m7i.large", "m6i.large"], region: "eu-west-1" },
    });
    const settings = { SPAWN_PROVIDER: "ec2", SPAWN_INSTANCE_TYPE: "t3.micro" };
    expect(await check(queue, settings)).toMatchObject({
      config: { ...kept, instance_type: ["t3.micro"], region: "us-east-1" },
    });
    await expect(check({ ...queue, provider: "ec2" })).rejects.toMatchObject({
      code: "bad-arguments",
      message: expect.stringContaining("which instance type"),
    });
    await expect(
      check({ ...queue, instance_type: "t3.micro", iam_policy: "s3:readonly" }),
    ).rejects.toMatchObject({ code: "bad-arguments" });
  });

  it("refuses a queue file that is not there or has errors, and a job that is two things", async () => {
    await expect(check({ queue: "nowhere.json" })).rejects.toMatchObject({ code: "bad-queue-file" });
    await expect(check({ queue: "broken.json" })).rejects.toMatchObject({
      code: "bad-queue-file",
      hint: expect.stringContaining("command"),
    });
    await expect(check({ queue: "q", command: "c" })).rejects.toThrow("one of the two");
  });
});
