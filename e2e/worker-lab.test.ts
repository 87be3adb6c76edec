import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CliRig } from "./cli-rig.js";
import { JobsRig } from "./jobs-rig.js";
import { BUCKET, LabRig } from "./lab/lab-rig.js";
import { labRunner } from "./lab/lab-runner.js";
import { cannotMakeLab } from "./lab/why-no-lab.js";

const isMissing = cannotMakeLab();
let lab: LabRig;
let here: CliRig;

beforeAll(async () => {
  if (!isMissing) lab = await LabRig.start();
});
beforeEach(() => {
  here = new CliRig();
});
afterEach(() => here.dispose());
afterAll(() => lab?.stop());

/** What finds the lab, of this process's environment. */
function labVariables(): Readonly<Record<string, string | undefined>> {
  const names = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  return {
    ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
    SPAWN_RUNNER: labRunner(),
    SPAWN_RESULT_S3_BUCKET: BUCKET,
  };
}

describe.skipIf(isMissing)("a nightly pipeline on an instance", { timeout: 240_000 }, () => {
  it("is launched at its time, runs there with its work folder and variables, and leaves its results alone", async () => {
    const queue = new JobsRig(here, [], { ...labVariables(), API_TOKEN: "very-secret-value" });
    here.write("train.sh", 'echo "trained with ${#API_TOKEN}" > "$1"\n');
    const jobs = [
      {
        job_id: "train",
        command: "sh train.sh model.txt",
        environment: { API_TOKEN: `\${API_TOKEN}` },
        result_files: ["model.txt"],
      },
      { job_id: "check", command: "grep -q trained model.txt", depends_on: ["train"] },
    ];
    const config = {
      ...{ queue: here.queue({ queue_id: "nightly", jobs }), instance_type: "t3.micro", ttl: "30m" },
      ...{ workdir: ".", keep_on_failure: "0s" },
    };
    const created = await queue.jobs(
      ...["schedule", "create", "--name", "nightly", "--type", "training", "--expr", "30 1 * * *"],
      ...["--config", JSON.stringify(config), "--max-retries", "0"],
    );
    expect(created.code, created.stderr).toBe(0);
    queue.makeDue();
    const worker = await queue.spawn("worker", "--max-jobs", "1");
    expect(worker.code, worker.stderr).toBe(0);
    const log = (await queue.jobs("logs", "1")).stdout;
    expect(await queue.job(1), log).toMatchObject({ status: "completed", retry_count: 0 });
    const [, queueId = "", instanceId = ""] = /Launched queue (\S+) on (i-\w+)/.exec(log) ?? [];
    await lab.untilState(instanceId, "terminated", 120_000);
    const results = await queue.spawn("queue", "results", queueId);
    expect(results.code, results.stderr).toBe(0);
    expect(here.read(`results/${queueId}/train/results/model.txt`)).toBe("trained with 17\n");
    expect([...lab.lab.room.failures, ...lab.lab.guard.denials]).toEqual([]);
    expect(await lab.parameters()).toEqual([]);
    expect(log).not.toContain("very-secret-value");
  });

  it("is ended there when its job is cancelled", async () => {
    const queue = new JobsRig(here, [], labVariables());
    const jobs = [{ job_id: "train", command: "echo begun > /tmp/begun; sleep 1000" }];
    const id = await queue.submit({
      queue: here.queue({ queue_id: "long", jobs }),
      instance_type: "t3.micro",
    });
    const worker = await queue.worker(["--max-jobs", "1"]);
    const line = await queue.follow(id).line(/Launched queue \S+ on i-/);
    const [, instanceId = ""] = /on (i-\w+)/.exec(line) ?? [];
    await lab.untilWritten(instanceId, "/tmp/begun");
    await queue.jobs("cancel", String(id));
    expect((await worker.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "cancelled" });
    await lab.untilState(instanceId, "terminated", 120_000);
    expect(lab.lab.guard.denials).toEqual([]);
  });
});
